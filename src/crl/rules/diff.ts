// Compares two CRLs: entries added, removed and changed, and header fields that differ.
// `crl diff` takes the whole answer; import, adoption and publication take the comparison of entries. It verifies no signature.
import { instantText } from '../../time/instant-text.ts';
import { equalBytes } from '../../pki/bytes.ts';
import { crlNumber, type ParsedCrl } from '../../pki/crl/parsed.ts';
import { nameToString, sameName } from '../../pki/name/name.ts';
import type { CrlEntryReport } from '../../pki/report/crl-report.ts';
import { compareSerialHex, sortedEntries } from '../../pki/crl/sorted-entries.ts';

/** The entries of one serial in two lists; absent on the side that does not list it. */
export interface EntryDifference {
  readonly serial: string;
  readonly before?: CrlEntryReport;
  readonly after?: CrlEntryReport;
}

/** Yields the differences of two lists that are in the order of serials; reads each list once. */
export function* compareEntries(
  before: Iterable<CrlEntryReport>,
  after: Iterable<CrlEntryReport>,
): Generator<EntryDifference> {
  const [left, right] = [before[Symbol.iterator](), after[Symbol.iterator]()];
  let [a, b] = [left.next(), right.next()];
  while (!a.done || !b.done) {
    const order = a.done ? 1 : b.done ? -1 : compareSerialHex(a.value.serial, b.value.serial);
    if (order < 0 && !a.done) yield { serial: a.value.serial, before: a.value };
    if (order > 0 && !b.done) yield { serial: b.value.serial, after: b.value };
    if (order === 0 && !a.done && !b.done && !sameEntry(a.value, b.value)) {
      yield { serial: a.value.serial, before: a.value, after: b.value };
    }
    const [moveLeft, moveRight] = [order <= 0, order >= 0];
    if (moveLeft) a = left.next();
    if (moveRight) b = right.next();
  }
}

const sameEntry = (a: CrlEntryReport, b: CrlEntryReport): boolean =>
  a.reason === b.reason &&
  a.revokedAt.getTime() === b.revokedAt.getTime() &&
  a.invalidityDate?.getTime() === b.invalidityDate?.getTime();

type CrlField = 'issuer' | 'number' | 'thisUpdate' | 'nextUpdate';

/** The differences between two CRLs. */
export interface CrlDiff {
  /** Both have the same bytes. */
  readonly identical: boolean;
  /** Header fields that differ. */
  readonly fields: readonly { readonly field: CrlField; readonly before: string; readonly after: string }[];
  readonly added: readonly CrlEntryReport[];
  readonly removed: readonly CrlEntryReport[];
  readonly changed: readonly { readonly before: CrlEntryReport; readonly after: CrlEntryReport }[];
}

export function diffCrls(before: ParsedCrl, after: ParsedCrl): CrlDiff {
  const added: CrlEntryReport[] = [];
  const removed: CrlEntryReport[] = [];
  const changed: { before: CrlEntryReport; after: CrlEntryReport }[] = [];
  const identical = equalBytes(before.der, after.der);
  if (identical) return { identical, fields: [], added, removed, changed };
  for (const { before: old, after: now } of compareEntries(sortedEntries(before), sortedEntries(after))) {
    if (old !== undefined && now !== undefined) changed.push({ before: old, after: now });
    else if (now !== undefined) added.push(now);
    else if (old !== undefined) removed.push(old);
  }
  return { identical, fields: fieldDifferences(before, after), added, removed, changed };
}

function fieldDifferences(before: ParsedCrl, after: ParsedCrl): CrlDiff['fields'] {
  const texts = (crl: ParsedCrl): readonly (readonly [field: CrlField, text: string])[] => [
    ['number', crlNumber(crl)?.toString() ?? 'none'],
    ['thisUpdate', instantText(crl.thisUpdate.date)],
    ['nextUpdate', crl.nextUpdate === undefined ? 'none' : instantText(crl.nextUpdate.date)],
  ];
  const others = new Map(texts(after));
  const differing = texts(before).flatMap(([field, text]) => {
    const other = others.get(field)!;
    return text === other ? [] : [{ field, before: text, after: other }];
  });
  if (sameName(before.issuer, after.issuer)) return differing;
  return [{ field: 'issuer', before: nameToString(before.issuer), after: nameToString(after.issuer) }, ...differing];
}
