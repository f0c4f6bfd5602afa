// Decides whether verifiers would lose something if a CRL replaced the CRL they have.
// `publish-crls.ts` asks it before it replaces a CRL, and refuses on any answer. It verifies no signature.
import { equalBytes, toHex } from '../../pki/bytes.ts';
import { nameToString, sameName, type Name } from '../../pki/name/name.ts';
import type { CrlEntryReport } from '../../pki/report/crl-report.ts';
import { crlKeyIdentifier, crlNumber, type ParsedCrl } from '../../pki/crl/parsed.ts';
import { sortedEntries } from '../../pki/crl/sorted-entries.ts';
import { compareEntries } from '../../crl/rules/diff.ts';
import { instantText } from '../../time/instant-text.ts';

/** Lost entries that are named; the rest is counted. */
const NAMED = 5;

/** The fields of a CRL that verifiers must not lose: of a published CRL, or of one to be signed. */
export interface CrlContent {
  readonly issuer: Name;
  readonly keyIdentifier: Uint8Array | undefined;
  readonly number: bigint | undefined;
  /** In the order of serials. */
  readonly entries: () => Iterable<CrlEntryReport>;
}

export const crlContent = (crl: ParsedCrl): CrlContent => ({
  issuer: crl.issuer,
  keyIdentifier: crlKeyIdentifier(crl),
  number: crlNumber(crl),
  entries: () => sortedEntries(crl),
});

/**
 * Lists the reasons not to replace the published CRL `theirs` by `ours`. Reasons are another issuer or key, a number that does not
 * grow, and an entry removed too early. An entry may be removed once a CRL made after its certificate's expiry has listed it (RFC 5280 §3.3);
 * `expiryOf` returns undefined for an unknown certificate, whose entry must stay.
 */
export function crlRegressions(
  theirs: ParsedCrl,
  ours: CrlContent,
  expiryOf: (serial: string) => Date | undefined,
  now: Date,
): readonly string[] {
  if (!sameName(theirs.issuer, ours.issuer)) {
    return [`the published CRL is from another issuer, ${nameToString(theirs.issuer)}`];
  }
  const theirKey = crlKeyIdentifier(theirs);
  if (theirKey !== undefined && ours.keyIdentifier !== undefined && !equalBytes(theirKey, ours.keyIdentifier)) {
    return [`the published CRL is signed with another key, ${toHex(theirKey)}`];
  }
  // no verifier accepts a CRL that begins in the future, so its number does not count
  const numbers = theirs.thisUpdate.date > now ? [] : numberProblems(crlNumber(theirs), ours.number);
  return [...numbers, ...lostEntries(theirs, ours, expiryOf)];
}

function numberProblems(theirs: bigint | undefined, ours: bigint | undefined): readonly string[] {
  if (theirs === undefined || (ours !== undefined && ours > theirs)) return [];
  return theirs === ours
    ? [`the published CRL has the same number ${theirs} but different content`]
    : [`its number would go back from ${theirs} to ${ours}`];
}

function lostEntries(theirs: ParsedCrl, ours: CrlContent, expiryOf: (serial: string) => Date | undefined): string[] {
  const named: string[] = [];
  let count = 0;
  for (const { serial, before, after } of compareEntries(sortedEntries(theirs), ours.entries())) {
    if (before === undefined || after !== undefined) continue;
    const expiry = expiryOf(serial);
    if (expiry !== undefined && expiry < theirs.thisUpdate.date) continue;
    if (count++ < NAMED)
      named.push(`${serial} would no longer be revoked${expiry ? `; it is valid until ${instantText(expiry)}` : ''}`);
  }
  return count > NAMED ? [...named, `and ${count - NAMED} more would no longer be revoked`] : named;
}
