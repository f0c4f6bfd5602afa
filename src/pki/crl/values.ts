import { emptySpan, hasPlainExtensions, scanEntry } from './entry-span.ts';
import { decodeCrlEntry, entryInvalidityDate, entryReason } from './entry.ts';
import { DerReader } from '../der/reader.ts';
import { findExtension } from '../extension/extension.ts';
import { decodeIssuingDistributionPoint } from '../extension/issuing-distribution-point.ts';
import { OID } from '../oids.ts';
import { crlKeyIdentifier, crlNumber, type ParsedCrl } from './parsed.ts';

/**
 * Reads every extension value of a CRL and its entries that svcauth uses later. A value that cannot be read is found now. Throws
 * DerError.
 */
export function checkCrlValues(crl: ParsedCrl): void {
  crlNumber(crl);
  crlKeyIdentifier(crl);
  const scope = findExtension(crl.extensions, OID.issuingDistributionPoint);
  if (scope !== undefined) decodeIssuingDistributionPoint(scope.value);
  if (crl.entries === undefined) return;
  const { der, entries } = crl;
  const span = emptySpan();
  for (let at = entries.start; at < entries.end; at = span.end) {
    scanEntry(der, at, entries.end, span);
    if (hasPlainExtensions(der, span)) continue;
    const entry = decodeCrlEntry(new DerReader(der, span.start, span.end));
    entryReason(entry);
    entryInvalidityDate(entry);
  }
}
