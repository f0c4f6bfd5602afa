import { DerError, DerReader } from '../der/reader.ts';
import { TAG } from '../der/writer.ts';
import { privateKeyForm } from '../key/private-key-info.ts';

export type DerKind = 'certificate' | 'request' | 'crl' | 'private key' | 'public key' | 'pkcs12';

/** Recognises a DER structure by the tags of its first fields; undefined for unknown structures. */
export function derKind(der: Uint8Array): DerKind | undefined {
  if (privateKeyForm(der) !== undefined) return 'private key';
  const outer = firstTags(der);
  // NSS writes PFX in BER with indefinite lengths; it is recognised here but cannot be opened
  if (/^02 30( 30)?$/.test(outer) || startsWith(der, [0x30, 0x80, 0x02, 0x01, 0x03])) return 'pkcs12';
  if (outer === '30 03') return 'public key';
  if (outer !== '30 30 03') return undefined;
  const inner = firstTags(new DerReader(der).enter(TAG.sequence, 'a structure').any('its first field'));
  // version, serial, algorithm, issuer, validity, subject, key
  if (/^(a0 )?02 30 30 30 30 30/.test(inner)) return 'certificate';
  // version, algorithm, issuer, thisUpdate
  if (/^(02 )?30 30 1[78]/.test(inner)) return 'crl';
  // version, subject, key, attributes
  return /^02 30 30( a0)?$/.test(inner) ? 'request' : undefined;
}

/** Returns the tags of the first fields of a SEQUENCE in hex; empty if it is not DER. */
export function firstTags(der: Uint8Array): string {
  const tags: string[] = [];
  try {
    const reader = new DerReader(der).enter(TAG.sequence, 'a structure');
    for (; !reader.done && tags.length < 8; reader.any('a field')) tags.push(hex(reader.peek()));
  } catch (cause) {
    if (!(cause instanceof DerError)) throw cause;
    return '';
  }
  return tags.join(' ');
}

const hex = (tag: number): string => tag.toString(16).padStart(2, '0');

const startsWith = (bytes: Uint8Array, start: readonly number[]): boolean =>
  start.every((byte, index) => bytes[index] === byte);
