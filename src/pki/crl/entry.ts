// Writes and reads one entry of a CRL: serial number, revocation date, reason and invalidity date.
// The manifest stores revocations in this encoding, and every reader of CRLs decodes entries with it.
import { DerError, DerReader, type DerTime } from '../der/reader.ts';
import { generalizedTime, integer, sequence, TAG, time, tlv, unsignedInteger } from '../der/writer.ts';
import { decodeExtensions, encodeExtension, findExtension, type Extension } from '../extension/extension.ts';
import { OID } from '../oids.ts';
import { CRL_REASONS, reasonWord, type CrlReason } from './revocation-reason.ts';
import { serialFromHex } from '../certificate/serial-number.ts';

/** One entry to write into a CRL. A `Revocation` of the manifest has these fields. */
export interface RevokedSerial {
  /** The magnitude in hex. */
  readonly serial: string;
  readonly revokedAt: Date;
  readonly reason: CrlReason;
  readonly invalidityDate?: Date;
}

/** One element of revokedCertificates, as views into the CRL (RFC 5280 §5.3). */
export interface CrlEntry {
  /** The INTEGER's content octets, as encoded. */
  readonly serial: Uint8Array;
  readonly revocationDate: DerTime;
  readonly extensions: readonly Extension[];
}

/**
 * Encodes one element of revokedCertificates. It omits the reason `unspecified`, and the extensions if there are none (§5.3,
 * §5.3.1).
 */
export function encodeCrlEntry({ serial, revokedAt, reason, invalidityDate }: RevokedSerial): Uint8Array {
  const extensions: Uint8Array[] = [];
  if (reason !== 'unspecified') extensions.push(reasonExtension(reason));
  // §5.3.2: a GeneralizedTime in any year
  if (invalidityDate !== undefined) {
    extensions.push(encodeExtension(OID.invalidityDate, false, generalizedTime(invalidityDate)));
  }
  const fields = [unsignedInteger(serialFromHex(serial)), time(revokedAt)];
  if (extensions.length > 0) fields.push(sequence(...extensions));
  return sequence(...fields);
}

function reasonExtension(reason: CrlReason): Uint8Array {
  const enumerated = tlv(TAG.enumerated, integer(CRL_REASONS[reason]).subarray(2));
  return encodeExtension(OID.reasonCode, false, enumerated);
}

/** Reads one element of revokedCertificates and moves past it. */
export function decodeCrlEntry(list: DerReader): CrlEntry {
  const reader = list.enter(TAG.sequence, 'a revoked certificate');
  const serial = reader.integerBytes('a revoked serial number');
  const revocationDate = reader.time('a revocation date');
  const extensions = reader.done ? [] : decodeExtensions(reader, 'CRL entry extensions');
  reader.finish('a revoked certificate');
  return { serial, revocationDate, extensions };
}

/** Reads the CRLReason code of an entry; 0 (unspecified) if the entry has no reasonCode. Throws DerError. */
export function entryReasonCode(entry: CrlEntry): number {
  const extension = findExtension(entry.extensions, OID.reasonCode);
  if (extension === undefined) return CRL_REASONS.unspecified;
  const reader = new DerReader(extension.value);
  const code = reader.smallInteger('reasonCode', TAG.enumerated);
  reader.finish('reasonCode');
  return code;
}

/** Returns the name of an entry's reason in RFC 5280 §5.3.1; `reason 7` for a code without a name. Throws DerError. */
export function entryReason(entry: CrlEntry): string {
  const code = entryReasonCode(entry);
  return reasonWord(code) ?? `reason ${code}`;
}

export function entryInvalidityDate(entry: CrlEntry): Date | undefined {
  const extension = findExtension(entry.extensions, OID.invalidityDate);
  if (extension === undefined) return undefined;
  const reader = new DerReader(extension.value);
  const { date, form } = reader.time('invalidityDate');
  reader.finish('invalidityDate');
  if (form !== 'generalizedTime') throw new DerError('invalidityDate is not a GeneralizedTime', 0);
  return date;
}
