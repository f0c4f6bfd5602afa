// Reports each difference between a published CRL and the CRL that the manifest expects.
// `verify-crls.ts` calls it for every CA. It reads no file and validates no certificate.
import { createHash } from 'node:crypto';
import { instantText } from '../../time/instant-text.ts';
import type { CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import { compareEntries } from '../../crl/rules/diff.ts';
import { crlOwnerProblem } from '../../crl/rules/verdict.ts';
import type { Crl } from '../../record/crl.ts';
import { crlNumber, type ParsedCrl } from '../../pki/crl/parsed.ts';
import { sortedEntries } from '../../pki/crl/sorted-entries.ts';
import type { Manifest } from '../../store/manifest/manifest.ts';
import type { Report } from './finding.ts';
import { expectedEntries } from '../../crl/run/expected-entries.ts';

/** Findings about single entries reported for one CRL at most. */
const MOST = 20;

/**
 * Checks one CRL against the manifest: its issuer, its dates, its number and its entries. `judged`: serial numbers of certificates
 * that are verified elsewhere.
 */
export function checkPublishedCrl(
  crl: ParsedCrl,
  authority: CertifiedAuthority,
  manifest: Manifest,
  now: Date,
  judged: ReadonlySet<string>,
  report: Report,
): void {
  const problem = crlOwnerProblem(crl, authority);
  if (problem !== undefined) return report('not-of-this-ca', 'integrity', problem);
  checkDates(crl, now, report);
  checkNumber(crl, manifest.latestCrl(authority.id), report);
  // revocations by a foreign CA are not in our manifest
  if (authority.keyLocation !== 'foreign') checkEntries(crl, authority.id, manifest, now, judged, report);
}

function checkDates({ thisUpdate, nextUpdate }: ParsedCrl, now: Date, report: Report): void {
  if (thisUpdate.date > now) report('not-yet-valid', 'critical', `not valid before ${instantText(thisUpdate.date)}`);
  if (nextUpdate !== undefined && nextUpdate.date <= now) {
    report(
      'stale',
      'critical',
      `expired ${instantText(nextUpdate.date)}; verifiers that check revocation reject every certificate below this CA`,
    );
  }
}

function checkNumber(crl: ParsedCrl, latest: Crl | undefined, report: Report): void {
  const number = crlNumber(crl)!;
  if (latest === undefined || number > latest.number) {
    const newest = latest === undefined ? 'has no CRL' : `has ${latest.number}`;
    report('unknown-number', 'integrity', `its number is ${number}, but the manifest ${newest}`);
  } else if (number < latest.number) {
    report('not-the-newest', 'warning', `its number is ${number}; the newest is ${latest.number}`);
  } else if (digestOf(crl) !== latest.sha256) {
    report('unknown-number', 'integrity', `its number ${number} belongs to a different CRL`);
  }
}

export const digestOf = ({ der }: ParsedCrl): string => createHash('sha256').update(der).digest('hex');

function checkEntries(
  crl: ParsedCrl,
  authorityId: string,
  manifest: Manifest,
  now: Date,
  judged: ReadonlySet<string>,
  report: Report,
): void {
  let reported = 0;
  const expected = expectedEntries(manifest, authorityId, now);
  for (const { serial, before, after } of compareEntries(expected, sortedEntries(crl))) {
    // an entry stays for a while after its certificate has expired (RFC 5280 §3.3)
    if (before === undefined && wasRevoked(manifest, serial)) continue;
    const differs = before !== undefined && after !== undefined;
    if (!differs && judged.has(serial)) continue;
    if (reported++ === MOST) return;
    if (differs) {
      const [ours, theirs] = [before, after].map(entry => `${instantText(entry.revokedAt)} ${entry.reason}`);
      report('entry-differs', 'integrity', `${serial} is listed as ${theirs}, but was revoked ${ours}`, { serial });
    } else if (after === undefined) {
      report('revoked-not-listed', 'critical', `${serial} is revoked but not listed; verifiers accept it`, { serial });
    } else {
      report('listed-not-revoked', 'integrity', `${serial} is listed, but not revoked in the manifest`, { serial });
    }
  }
}

const wasRevoked = (manifest: Manifest, serial: string): boolean =>
  manifest.revocation(serial) !== undefined || manifest.certificate(serial)?.state === 'revoked';
