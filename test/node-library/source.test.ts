import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { openX509Source } from '../../src/node-library/api.ts';
import type { SourceState } from '../../src/node-library/types.ts';
import type { TestCertificate } from '../support/pki/path-pki.ts';
import {
  certificatePem,
  crlPem,
  day,
  follow,
  keyPem,
  makeAuthorities,
  makeSvid,
  readText,
  serviceDirectory,
  testClock,
  type Authorities,
  type ServiceDirectory,
} from './site.ts';

let authorities: Authorities;
let service: ServiceDirectory;
beforeEach(() => {
  authorities = makeAuthorities();
  service = serviceDirectory('payments', authorities);
});

const serialOf = ({ serial }: TestCertificate): string => {
  const hex = serial.toString(16);
  return hex.padStart(hex.length + (hex.length % 2), '0');
};
const svid = (changes = {}) => makeSvid('payments', authorities.issuing, changes);

test('the state describes the files in force', async () => {
  const { context } = await follow(service);
  expect(context.state).toMatchObject({
    id: 'spiffe://example.org/payments',
    trustDomains: [{ name: 'example.org', anchors: 1 }],
    problems: [],
    crls: [
      { issuer: 'CN=Issuing g1', number: '1' },
      { issuer: 'CN=Root g1', number: '1' },
    ],
  });
});

describe('openX509Source rejects', () => {
  const start = (changes = {}) =>
    follow(service, changes).then(
      () => 'started',
      (error: Error) => error.message,
    );

  test('a call without crls is rejected', async () => {
    expect(await start({ crls: undefined })).toBe(
      'crls: give the paths of the CRLs, or false to disable revocation checking',
    );
  });

  test('a directory without CRLs is rejected, unless crls is false', async () => {
    rmSync(service.crls, { recursive: true });
    expect(await start()).toContain('ENOENT');
    mkdirSync(service.crls);
    expect(await start()).toContain(
      'no CRL found: give the paths of the CRLs, or false to disable revocation checking',
    );
    expect(await start({ crls: false })).toBe('started');
  });

  test('a missing CRL of a CA in its own chain is rejected', async () => {
    rmSync(service.path('crl/root.pem'));
    expect(await start()).toContain('there is no CRL of its issuer');
  });

  test('an expired CRL of its own chain is rejected', async () => {
    service.write('crl/root.pem', crlPem(authorities.root, { until: day(-0.5) }));
    expect(await start()).toContain('the CRL expired');
  });

  test('a revoked certificate is rejected', async () => {
    const leaf = svid();
    service.deploy(leaf, authorities.issuing);
    service.write('crl/issuing.pem', crlPem(authorities.issuing, { revoked: [leaf] }));
    expect(await start()).toContain('was revoked on');
  });
});

test('all CRLs of one file are read', async () => {
  service.write('crls.pem', readText(service.path('crl/root.pem')) + readText(service.path('crl/issuing.pem')));
  const { context } = await follow(service, { crls: service.path('crls.pem') });
  expect(context.state.crls).toHaveLength(2);
});

test('the anchors default to ca.crt in the directory of the certificate', async () => {
  const { context } = await openX509SourceOf({ dir: service.directory, crls: service.crls });
  expect(context.state.trustDomains).toEqual([{ name: 'example.org', anchors: 1 }]);
});
const openX509SourceOf = async (options: Parameters<typeof openX509Source>[0]) => ({
  context: await openX509Source({ ...options, clock: testClock() }),
});

test('a renewal switches key and certificate together', async () => {
  const { context, states, problems } = await follow(service);
  const leaf = svid();
  service.deploy(leaf, authorities.issuing);
  expect(await context.refresh()).toBe(true);
  expect(context.state.serial).toBe(serialOf(leaf));
  expect(states.map(({ serial }) => serial)).toEqual([serialOf(leaf)]);
  expect(problems).toEqual([]);
});

test('a Kubernetes volume is followed', async () => {
  renameSync(service.path('current'), service.path('..data'));
  const { context } = await follow(service);
  const leaf = svid();
  service.deploy(leaf, authorities.issuing);
  rmSync(service.path('..data'));
  renameSync(service.path('current'), service.path('..data'));
  await context.refresh();
  expect(context.state.serial).toBe(serialOf(leaf));
});

test('plain files in the directory itself are followed', async () => {
  for (const name of ['tls.crt', 'tls.key']) service.write(name, readText(service.path(`current/${name}`)));
  rmSync(service.path('current'));
  const { context } = await follow(service);
  expect(context.state.id).toBe('spiffe://example.org/payments');
});

test('files that are written again unchanged change nothing', async () => {
  const { context, states } = await follow(service);
  for (const name of ['bundle.pem', 'crl/root.pem']) service.replace(name, readText(service.path(name)));
  expect(await context.refresh()).toBe(false);
  expect(states).toEqual([]);
});

describe('the last good state stays in force and a problem is reported when', () => {
  const other = makeAuthorities(1);
  type Step = () => void;
  const cases: readonly (readonly [string, string, Step])[] = [
    ['the certificate is garbage', 'malformed', () => service.write('current/tls.crt', 'garbage')],
    ['the certificate is half-written', 'malformed', () => service.write('current/tls.crt', half('current/tls.crt'))],
    ['the certificate is empty', 'malformed', () => service.write('current/tls.crt', '')],
    ['the key is gone', 'unreadable', () => rmSync(service.path('current/tls.key'))],
    ['the key is half-written', 'malformed', () => service.write('current/tls.key', half('current/tls.key'))],
    ['the key is of another certificate', 'key-mismatch', () => service.write('current/tls.key', keyPem(svid()))],
    ['the link leads nowhere', 'unreadable', () => rmSync(service.path('versions'), { recursive: true })],
    ['the certificate has expired', 'expired', () => service.deploy(svid({ notAfter: day(-1) }), authorities.issuing)],
    [
      'the certificate is not valid yet',
      'not-valid-yet',
      () => service.deploy(svid({ notBefore: day(1) }), authorities.issuing),
    ],
    ['the chain is missing', 'no-issuer', () => withoutChain()],
    [
      'the chain reaches no anchor',
      'no-issuer',
      () => service.deploy(makeSvid('payments', foreign.issuing), foreign.issuing),
    ],
    ['the bundle is garbage', 'malformed', () => service.replace('bundle.pem', 'garbage')],
    ['the bundle is empty', 'malformed', () => service.replace('bundle.pem', '')],
    ['the bundle lost our anchor', 'no-issuer', () => service.replace('bundle.pem', certificatePem(foreign.root))],
    ['a CRL is garbage', 'malformed', () => service.write('crl/issuing.pem', 'garbage')],
    ['a CRL is half-written', 'malformed', () => service.write('crl/issuing.pem', half('crl/issuing.pem'))],
    ['a CRL of ours is gone', 'crl-removed', () => rmSync(service.path('crl/issuing.pem'))],
    [
      'a CRL has our name, and the signature of another key',
      'crl-signature-wrong',
      () =>
        service.replace(
          'crl/issuing.pem',
          crlPem({ ...authorities.issuing, privateKey: other.issuing.privateKey }, { number: 2 }),
        ),
    ],
    [
      'such a CRL lies beside the good one',
      'crl-signature-wrong',
      () =>
        service.replace(
          'crl/other.pem',
          crlPem({ ...authorities.issuing, privateKey: other.issuing.privateKey }, { number: 2 }),
        ),
    ],
    [
      'a CRL goes backwards',
      'crl-went-back',
      () => service.replace('crl/issuing.pem', crlPem(authorities.issuing, { number: 0 })),
    ],
  ];
  const foreign = makeAuthorities(9);
  const half = (name: string): string => {
    const text = readText(service.path(name));
    return text.slice(0, text.length / 2);
  };
  const withoutChain = (): void => {
    const leaf = svid();
    service.deploy(leaf, authorities.issuing, { 'tls.crt': certificatePem(leaf) });
  };

  test.each(cases)('%s', async (_, code, spoil) => {
    const clock = testClock();
    const { context, problems, states } = await follow(service, { clock });
    const inForce = ({ serial, trustDomains, crls }: SourceState) => ({ serial, trustDomains, crls });
    const before = inForce(context.state);
    spoil();
    // after the moment in which a file may be half of a copy
    clock.time = new Date(clock.time.getTime() + 3000);
    expect(await context.refresh()).toBe(false);
    expect(inForce(context.state)).toEqual(before);
    expect(problems.map(problem => problem.code)).toEqual([code]);
    expect(states).toEqual([]);
    // the problem is reported once
    await context.refresh();
    expect(problems).toHaveLength(1);
    // after the repair the library follows the files again
    const leaf = svid();
    mkdirSync(service.path('versions'), { recursive: true });
    service.deploy(leaf, authorities.issuing);
    service.replace('bundle.pem', certificatePem(authorities.root));
    service.replace('crl/issuing.pem', crlPem(authorities.issuing, { number: 3 }));
    rmSync(service.path('crl/other.pem'), { force: true });
    expect(await context.refresh()).toBe(true);
    expect(context.state.serial).toBe(serialOf(leaf));
    expect(problems).toHaveLength(1);
  });
});

test('a new CRL comes into force although the certificate is broken', async () => {
  const { context, problems } = await follow(service);
  const serial = context.state.serial;
  service.write('current/tls.key', 'garbage');
  service.replace('crl/issuing.pem', crlPem(authorities.issuing, { revoked: [svid()], number: 2 }));
  expect(await context.refresh()).toBe(true);
  expect(context.state).toMatchObject({ serial, crls: [{ number: '2' }, { number: '1' }] });
  expect(problems.map(({ code }) => code)).toEqual(['malformed']);
});

test('a renewed certificate comes into force although a CRL is broken', async () => {
  const { context, problems } = await follow(service);
  const leaf = svid();
  service.deploy(leaf, authorities.issuing);
  service.replace('crl/issuing.pem', 'garbage');
  expect(await context.refresh()).toBe(true);
  expect(context.state.serial).toBe(serialOf(leaf));
  expect(problems.map(({ code }) => code)).toEqual(['malformed']);
});

test('a CRL that revokes the own certificate comes into force and is reported', async () => {
  const leaf = svid();
  service.deploy(leaf, authorities.issuing);
  const { context, problems } = await follow(service);
  service.replace('crl/issuing.pem', crlPem(authorities.issuing, { revoked: [leaf], number: 2 }));
  expect(await context.refresh()).toBe(true);
  expect(context.state.crls[0]).toMatchObject({ number: '2' });
  expect(problems.map(({ code }) => code)).toEqual(['revoked']);
});

test('a CRL comes into force although the certificate in force has expired', async () => {
  const clock = testClock();
  const { context, problems } = await follow(service, { clock });
  clock.time = new Date(day(11));
  for (const name of ['root', 'issuing'] as const) {
    service.replace(`crl/${name}.pem`, crlPem(authorities[name], { number: 2, until: day(30) }));
  }
  expect(await context.refresh()).toBe(true);
  expect(problems.map(({ code }) => code)).toEqual(['expired']);
});

test('an expired CRL is reported without a change on disk', async () => {
  const clock = testClock();
  const { context, problems } = await follow(service, { clock });
  clock.time = new Date(day(8));
  expect(await context.refresh()).toBe(false);
  expect(problems.map(({ code }) => code)).toEqual(['crl-expired', 'crl-expired']);
});

test('a new CRL that has expired comes into force beside the one that covers the certificates', async () => {
  const { context, problems } = await follow(service);
  service.replace('crl/issuing.pem', crlPem(authorities.issuing, { number: 2, until: day(-0.5) }));
  expect(await context.refresh()).toBe(true);
  expect(context.state.crls[0]).toMatchObject({ number: '2', fresh: false });
  expect(problems).toEqual([]);
});

test('a CRL of another CA in the place of ours comes into force, and ours stays', async () => {
  const { context, problems } = await follow(service);
  service.replace('crl/issuing.pem', crlPem(makeAuthorities(9).issuing, { number: 2 }));
  expect(await context.refresh()).toBe(true);
  expect(context.state.crls.map(({ issuer }) => issuer)).toEqual(['CN=Issuing g1', 'CN=Root g1', 'CN=Issuing g9']);
  expect(problems.map(({ code }) => code)).toEqual(['crl-removed']);
});

test('an expired CRL of a CA outside the own chain is reported and used', async () => {
  const retired = makeAuthorities(7);
  const { context, problems } = await follow(service);
  service.write('crl/retired.pem', crlPem(retired.issuing, { until: day(-0.5) }));
  expect(await context.refresh()).toBe(true);
  expect(problems.map(({ code }) => code)).toEqual(['crl-expired']);
});

test('an invalid TLS option is reported at the start', async () => {
  await expect(follow(service, { tls: { ciphers: 'NONE-OF-THIS' } })).rejects.toThrow(/no cipher match/i);
});

test('the newest of several CRLs of one CA counts', async () => {
  service.write('crl/before.pem', crlPem(authorities.issuing, { number: 0 }));
  const { context, problems } = await follow(service);
  service.replace('crl/issuing.pem', crlPem(authorities.issuing, { number: 2 }));
  expect(await context.refresh()).toBe(true);
  expect(problems).toEqual([]);
});

test('files are read completely while a deployment removes old versions', async () => {
  const { context, problems } = await follow(service);
  const leaf = svid();
  for (let version = 1; version <= 100; version++) {
    service.replace('crl/issuing.pem', crlPem(authorities.issuing, { number: version }));
    const looking = context.refresh();
    // a moment longer each time: the removal meets the reading at another place
    for (let turn = version % 12; turn > 0; turn--) await setImmediate();
    service.deploy(leaf, authorities.issuing);
    rmSync(service.path(`versions/${version}`), { recursive: true });
    await looking;
  }
  expect(problems).toEqual([]);
});

test('the files are checked at an interval of the real clock', async () => {
  const context = await openX509Source({ dir: service.directory, crls: service.crls, interval: 20 });
  const leaf = svid();
  service.deploy(leaf, authorities.issuing);
  await expect.poll(() => context.state.serial).toBe(serialOf(leaf));
  context.close();
});

test('a problem without onProblem is a process warning', async () => {
  const { context } = await openX509SourceOf({ dir: service.directory, crls: service.crls });
  const warned = new Promise<Error & { code?: string }>(resolve => process.once('warning', resolve));
  service.write('current/tls.crt', 'garbage');
  await context.refresh();
  expect(await warned).toMatchObject({ name: 'SvcauthWarning', code: 'malformed' });
});

test('the timer checks the files, one check at a time, until close', async () => {
  const clock = testClock();
  const { context } = await follow(service, { clock });
  const leaf = svid();
  service.deploy(leaf, authorities.issuing);
  clock.poll();
  clock.poll();
  await expect.poll(() => context.state.serial).toBe(serialOf(leaf));
  context.close();
  expect(clock.running).toBe(false);
});

test('TLS options of a server or a client that would have no effect are errors', async () => {
  const { context } = await follow(service);
  const wrong = { allow: { memberOf: 'example.org' }, minVersion: 'TLSv1.3' } as const;
  const message = 'minVersion: give it to openX509Source, in the option tls';
  // callers in plain JavaScript, or with an object that was made elsewhere
  expect(() => context.createHttpsServer(wrong)).toThrow(message);
  expect(() => context.agent(wrong)).toThrow(message);
  expect(() => context.connect({ ...wrong, port: 1 })).toThrow(message);
});
