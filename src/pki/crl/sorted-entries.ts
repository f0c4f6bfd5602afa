import { emptySpan, scanEntry } from './entry-span.ts';
import type { ParsedCrl } from './parsed.ts';
import { reportCrlEntries, type CrlEntryReport } from '../report/crl-report.ts';

/** Compares the values of two serial numbers in hex without leading zeros. */
export const compareSerialHex = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);

/** Returns the entries in ascending order of serial number. It sorts only if the CRL does not have that order; ours always do. */
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
