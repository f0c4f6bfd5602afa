import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { World } from '../context.ts';
import { SvcauthError } from '../errors.ts';
import { instantText } from '../instant-text.ts';
import { isCertified, type CertifiedAuthority } from '../lifecycle/active-issuer.ts';
import { compareEntries } from '../lifecycle/crl-diff.ts';
import { CRL_BUNDLE_FILE, crlDerFile, crlPemFile, INDEX_FILE, indexedDigests } from '../lifecycle/crl-index.ts';
import { crlOwnerProblem } from '../lifecycle/crl-verdict.ts';
import type { Crl } from '../lifecycle/model.ts';
import { equalBytes } from '../pki/bytes.ts';
import { crlNumber, type ParsedCrl } from '../pki/parsed-crl.ts';
import { sortedEntries } from '../pki/sorted-entries.ts';
import type { Manifest } from '../store/manifest.ts';
import { expectedEntries } from './expected-entries.ts';
import { CRL_PIECE } from './crl-states.ts';
import { readCrl } from './read-crl.ts';

type CrlFindingName =
  | 'missing'
  | 'unreadable'
  | 'not-of-this-ca'
  | 'not-yet-valid'
  | 'stale'
  | 'not-the-newest'
  | 'unknown-number'
  | 'revoked-not-listed'
  | 'listed-not-revoked'
  | 'entry-differs'
  | 'pem-differs'
  | 'bundle-differs'
  | 'index-differs';

/** `integrity`: the files and the manifest contradict each other; it is no question of time. */
export type CrlSeverity = 'warning' | 'critical' | 'integrity';

export interface CrlFinding {
  readonly authority: string;
  readonly name: CrlFindingName;
  readonly severity: CrlSeverity;
  readonly message: string;
  readonly serial?: string;
}

interface VerifiedCrl {
  readonly authority: string;
  /** Absent when there is none that can be read. */
  readonly number?: bigint;
  readonly nextUpdate?: Date;
  readonly entryCount?: number;
}

export interface CrlVerification {
  readonly directory: string;
  readonly crls: readonly VerifiedCrl[];
  readonly findings: readonly CrlFinding[];
}

/** How many findings about single entries are told of one CRL. */
const MOST = 20;

type Report = (name: CrlFindingName, severity: CrlSeverity, message: string, serial?: string) => void;

/**
 * Checks a published directory as a verifier would meet it, and against the manifest: a CRL for every CA of a live chain, signed
 * by it, good at `now`, listing exactly what is revoked, in DER and PEM and in the bundle alike.
 */
export async function verifyCrls(
  world: World,
  manifest: Manifest,
  directory: string,
  now: Date,
): Promise<CrlVerification> {
  const findings: CrlFinding[] = [];
  const crls: VerifiedCrl[] = [];
  const read: { readonly authority: CertifiedAuthority; readonly crl: ParsedCrl }[] = [];
  for (const authority of manifest.authorities().filter(isCertified)) {
    if (authority.state === 'retired' || authority.certificate.notAfter < now) continue;
    const report: Report = (name, severity, message, serial) =>
      findings.push({ authority: authority.id, name, severity, message, ...(serial !== undefined && { serial }) });
    const crl = await readOrReport(world, join(directory, crlDerFile(authority.id)), report);
    crls.push({ authority: authority.id, ...(crl && summaryOf(crl)) });
    if (crl === undefined) continue;
    read.push({ authority, crl });
    checkCrl(crl, authority, manifest, now, report);
    const pem = await readOrReport(world, join(directory, crlPemFile(authority.id)), report);
    if (pem !== undefined && !equalBytes(pem.der, crl.der))
      report('pem-differs', 'integrity', 'its PEM file holds another CRL');
  }
  findings.push(...checkTogether(world, directory, read));
  return { directory, crls, findings };
}

/** A file that is not there is `missing`, one that is no CRL `unreadable`. */
async function readOrReport(world: World, path: string, report: Report): Promise<ParsedCrl | undefined> {
  if (world.files.status(path) === undefined) {
    report('missing', 'critical', `there is no ${path}: who checks revocation refuses everyone`);
    return undefined;
  }
  try {
    return await readCrl(world, path);
  } catch (cause) {
    if (!(cause instanceof SvcauthError)) throw cause;
    report('unreadable', 'integrity', cause.message);
    return undefined;
  }
}

const summaryOf = (crl: ParsedCrl): Omit<VerifiedCrl, 'authority'> => {
  const number = crlNumber(crl);
  return {
    ...(number !== undefined && { number }),
    ...(crl.nextUpdate && { nextUpdate: crl.nextUpdate.date }),
    entryCount: crl.entryCount,
  };
};

function checkCrl(crl: ParsedCrl, authority: CertifiedAuthority, manifest: Manifest, now: Date, report: Report): void {
  const problem = crlOwnerProblem(crl, authority);
  if (problem !== undefined) return report('not-of-this-ca', 'integrity', problem);
  checkDates(crl, now, report);
  checkNumber(crl, manifest.latestCrl(authority.id), report);
  // what somebody else revoked is not in our manifest
  if (authority.keyLocation !== 'foreign') checkEntries(crl, authority.id, manifest, now, report);
}

function checkDates({ thisUpdate, nextUpdate }: ParsedCrl, now: Date, report: Report): void {
  if (thisUpdate.date > now)
    report('not-yet-valid', 'critical', `it is not valid before ${instantText(thisUpdate.date)}`);
  if (nextUpdate !== undefined && nextUpdate.date <= now) {
    report('stale', 'critical', `it ended ${instantText(nextUpdate.date)}: who checks revocation refuses everyone`);
  }
}

function checkNumber(crl: ParsedCrl, latest: Crl | undefined, report: Report): void {
  const number = crlNumber(crl)!;
  if (latest === undefined || number > latest.number) {
    const newest = latest === undefined ? 'has none' : `has ${latest.number} as the newest`;
    report('unknown-number', 'integrity', `its number is ${number}, and the manifest ${newest}`);
  } else if (number < latest.number) {
    report('not-the-newest', 'warning', `its number is ${number}, and ${latest.number} is the newest`);
  } else if (sha256(crl.der) !== latest.sha256) {
    report('unknown-number', 'integrity', `it has the number ${number} of another CRL`);
  }
}

function checkEntries(crl: ParsedCrl, authorityId: string, manifest: Manifest, now: Date, report: Report): void {
  let told = 0;
  for (const { serial, before, after } of compareEntries(
    expectedEntries(manifest, authorityId, now),
    sortedEntries(crl),
  )) {
    // an entry stays for a while after its certificate has expired (RFC 5280 §3.3)
    if (before === undefined && wasRevoked(manifest, serial)) continue;
    if (told++ === MOST) return;
    if (after === undefined) {
      report('revoked-not-listed', 'critical', `${serial} is revoked and not listed: verifiers accept it`, serial);
    } else if (before === undefined) {
      report('listed-not-revoked', 'integrity', `${serial} is listed, and the manifest has not revoked it`, serial);
    } else {
      const [ours, theirs] = [before, after].map(entry => `${instantText(entry.revokedAt)} ${entry.reason}`);
      report('entry-differs', 'integrity', `${serial} is listed as ${theirs}, and was revoked ${ours}`, serial);
    }
  }
}

const wasRevoked = (manifest: Manifest, serial: string): boolean =>
  manifest.revocation(serial) !== undefined || manifest.certificate(serial)?.state === 'revoked';

/** What only shows when all CRLs are looked at together: the bundle is their PEM files in order, the index has their digests. */
function checkTogether(
  world: World,
  directory: string,
  read: readonly { readonly authority: CertifiedAuthority; readonly crl: ParsedCrl }[],
): readonly CrlFinding[] {
  const findings: CrlFinding[] = [];
  const text = world.files.read(join(directory, INDEX_FILE), INDEX_LIMIT);
  const digests = indexedDigests(text && Buffer.from(text).toString('utf8'));
  for (const { authority, crl } of read) {
    if (digests.get(authority.id) === sha256(crl.der)) continue;
    const message = `${INDEX_FILE} does not list it`;
    findings.push({ authority: authority.id, name: 'index-differs', severity: 'warning', message });
  }
  const pems = read.map(({ authority }) => join(directory, crlPemFile(authority.id)));
  if (digestOf(world, [join(directory, CRL_BUNDLE_FILE)]) !== digestOf(world, pems)) {
    const message = `${CRL_BUNDLE_FILE} does not hold these CRLs`;
    findings.push({ authority: 'all', name: 'bundle-differs', severity: 'integrity', message });
  }
  return findings;
}

const INDEX_LIMIT = 16 * 1024 * 1024;

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Of files one after the other; those that are missing count as empty. */
function digestOf({ files }: World, paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths) {
    if (files.status(path) === undefined) continue;
    for (const piece of files.chunks(path, CRL_PIECE)) hash.update(piece);
  }
  return hash.digest('hex');
}
