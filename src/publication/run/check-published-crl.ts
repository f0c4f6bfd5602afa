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

/** How many findings about single entries are told of one CRL. */
const MOST = 20;

/**
 * One CRL against the manifest: whose it is, when it is good, whether its number is the newest, and whom it lists. `judged` are the
 * serial numbers whose verification is gone through elsewhere.
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
  // what somebody else revoked is not in our manifest
  if (authority.keyLocation !== 'foreign') checkEntries(crl, authority.id, manifest, now, judged, report);
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
  } else if (digestOf(crl) !== latest.sha256) {
    report('unknown-number', 'integrity', `it has the number ${number} of another CRL`);
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
  let told = 0;
  const expected = expectedEntries(manifest, authorityId, now);
  for (const { serial, before, after } of compareEntries(expected, sortedEntries(crl))) {
    // an entry stays for a while after its certificate has expired (RFC 5280 §3.3)
    if (before === undefined && wasRevoked(manifest, serial)) continue;
    const differs = before !== undefined && after !== undefined;
    if (!differs && judged.has(serial)) continue;
    if (told++ === MOST) return;
    if (differs) {
      const [ours, theirs] = [before, after].map(entry => `${instantText(entry.revokedAt)} ${entry.reason}`);
      report('entry-differs', 'integrity', `${serial} is listed as ${theirs}, and was revoked ${ours}`, { serial });
    } else if (after === undefined) {
      report('revoked-not-listed', 'critical', `${serial} is revoked and not listed: verifiers accept it`, { serial });
    } else {
      report('listed-not-revoked', 'integrity', `${serial} is listed, and the manifest has not revoked it`, { serial });
    }
  }
}

const wasRevoked = (manifest: Manifest, serial: string): boolean =>
  manifest.revocation(serial) !== undefined || manifest.certificate(serial)?.state === 'revoked';
