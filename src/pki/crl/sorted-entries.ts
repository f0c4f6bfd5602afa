import { emptySpan, scanEntry } from './entry-span.ts';
import type { ParsedCrl } from './parsed.ts';
import { reportCrlEntries, type CrlEntryReport } from '../report/crl-report.ts';

/** Of two serials in hex without leading zeros: by value. */
export const compareSerialHex = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);

/** The entries by the value of their serials: as they stand where they stand so, which ours always do. */
export function sortedEntries(crl: ParsedCrl): Iterable<CrlEntryReport> {
  if (isSorted(crl)) return reportCrlEntries(crl);
  return [...reportCrlEntries(crl)].sort((a, b) => compareSerialHex(a.serial, b.serial));
}

function isSorted({ der, entries }: ParsedCrl): boolean {
  if (entries === undefined) return true;
  const span = emptySpan();
  let previous: Uint8Array = new Uint8Array(0);
  for (let at = entries.start; at < entries.end; at = span.end) {
    scanEntry(der, at, entries.end, span);
    const serial = der.subarray(span.serialStart, span.serialEnd);
    if (serial.length < previous.length) return false;
    if (serial.length === previous.length && Buffer.compare(previous, serial) > 0) return false;
    previous = serial;
  }
  return true;
}
