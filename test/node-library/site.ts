/** CAs of a trust domain, made by hand, faulty ones too, and a service's directory with the layout of svcauth. */
import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openX509Source } from '../../src/node-library/api.ts';
import { integer } from '../../src/pki/der/writer.ts';
import { encodePem } from '../../src/pki/pem.ts';
import { makeCa, makeCrl, makeLeaf, names, type TestCertificate, type Wanted } from '../support/pki/path-pki.ts';
import { planted } from '../support/pki/planted-certificate.ts';
import { tempDirectory } from '../support/world/temp-directory.ts';
import type { Clock, SourceOptions, SourceProblem, SourceState } from '../../src/node-library/types.ts';
import { realNow } from '../support/real-clock.ts';

const DAY = 86_400_000;
/** Other people's code reads the real clock: dates are relative to it. */
export const day = (offset: number): string => new Date(realNow().getTime() + offset * DAY).toISOString();

const validFor = (days: number) => ({ notBefore: day(-20), notAfter: day(days) });

export interface Authorities {
  readonly root: TestCertificate;
  readonly issuing: TestCertificate;
}

export function makeAuthorities(generation = 1): Authorities {
  const root = makeCa({ name: `Root g${generation}`, ...validFor(1000) });
  return { root, issuing: makeCa({ name: `Issuing g${generation}`, issuer: root, ...validFor(300) }) };
}

/** An X509-SVID of example.org. */
export const makeSvid = (service: string, issuer: TestCertificate, changes: Partial<Wanted> = {}): TestCertificate =>
  makeLeaf({
    name: service,
    issuer,
    ...validFor(10),
    ...changes,
    extensions: {
      ...names({ type: 'uri', value: `spiffe://example.org/${service}` }),
      ...changes.extensions,
    },
  });

export interface CrlChanges {
  readonly revoked?: readonly TestCertificate[];
  readonly number?: number;
  readonly from?: string;
  readonly until?: string;
}

export const crlPem = (
  issuer: TestCertificate,
  { revoked = [], number = 1, from = day(-1), until = day(7) }: CrlChanges = {},
): string =>
  encodePem(
    'X509 CRL',
    makeCrl({
      issuer,
      revoked: revoked.map(({ serial }) => serial),
      thisUpdate: from,
      nextUpdate: until,
      extensions: planted('cRLNumber', false, integer(number)),
    }),
  );

export const certificatePem = (...certificates: readonly { readonly der: Uint8Array }[]): string =>
  certificates.map(({ der }) => encodePem('CERTIFICATE', der)).join('');

export const keyPem = ({ privateKey }: TestCertificate): string =>
  privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;

export interface ServiceDirectory {
  readonly directory: string;
  readonly crls: string;
  /** Writes a new version and switches to it as a whole; `files` replace the good ones. */
  deploy(leaf: TestCertificate, issuing: TestCertificate, files?: Readonly<Record<string, string>>): void;
  write(name: string, text: string): void;
  /** Replaced as svcauth does it: never half-written. */
  replace(name: string, text: string): void;
  path(name: string): string;
}

/** With a good certificate, and good CRLs in `crl/`. */
export function serviceDirectory(service: string, { root, issuing }: Authorities): ServiceDirectory {
  const directory = tempDirectory();
  const path = (name: string): string => join(directory, name);
  const write = (name: string, text: string): void => writeFileSync(path(name), text);
  let versions = 0;
  const made: ServiceDirectory = {
    directory,
    crls: path('crl'),
    path,
    write,
    replace: (name, text) => {
      write(`${name}.new`, text);
      renameSync(path(`${name}.new`), path(name));
    },
    deploy: (leaf, signer, files = {}) => {
      const version = join('versions', String(++versions));
      mkdirSync(path(version), { recursive: true });
      const all = {
        'tls.crt': certificatePem(leaf, signer),
        'tls.key': keyPem(leaf),
        'ca.crt': certificatePem(root),
        ...files,
      };
      for (const [name, text] of Object.entries(all)) write(join(version, name), text);
      symlinkSync(version, path('next'));
      renameSync(path('next'), path('current'));
    },
  };
  mkdirSync(made.crls);
  write('bundle.pem', certificatePem(root));
  write('crl/root.pem', crlPem(root));
  write('crl/issuing.pem', crlPem(issuing));
  made.deploy(makeSvid(service, issuing), issuing);
  return made;
}

/** A clock that moves only by hand; `poll` does the work of the timer. */
export interface TestClock extends Clock {
  time: Date;
  poll(): void;
  readonly running: boolean;
}

export function testClock(): TestClock {
  let look: (() => void) | undefined;
  return {
    time: realNow(),
    now() {
      return this.time;
    },
    every: (_, each) => {
      look = each;
      return () => (look = undefined);
    },
    poll: () => look?.(),
    get running() {
      return look !== undefined;
    },
  };
}

/** Follows a service's directory, and records every report. */
export async function follow(service: ServiceDirectory, changes: Partial<SourceOptions> = {}) {
  const problems: SourceProblem[] = [];
  const states: SourceState[] = [];
  const context = await openX509Source({
    dir: service.directory,
    bundle: service.path('bundle.pem'),
    crls: service.crls,
    clock: testClock(),
    onProblem: problem => problems.push(problem),
    onChange: state => states.push(state),
    ...changes,
  });
  return { context, problems, states };
}

export const readText = (path: string): string => readFileSync(path, 'utf8');
