// Writes and reads GeneralName, the form of every name in a SAN, in name constraints and in distribution points.
// Preparing certificates, requests, lint, reports and path validation call it. It checks the encoding, not the grammar of a name.
import { DerReader, type Tolerance } from '../der/reader.ts';
import { ascii, contextTag, sequence, TAG, tlv } from '../der/writer.ts';
import { decodeName, type Name } from '../name/name.ts';

/** GeneralName (RFC 5280 §4.2.1.6). Text forms are IA5; `ip` is 4 or 16 octets, in name constraints 8 or 32. */
export type GeneralName =
  | { readonly type: 'dns' | 'uri' | 'email'; readonly value: string }
  | { readonly type: 'ip'; readonly octets: Uint8Array }
  | { readonly type: 'directory'; readonly name: Name }
  | { readonly type: 'registeredId'; readonly oid: Uint8Array }
  /** otherName, x400Address, ediPartyName: kept as DER, not interpreted. */
  | { readonly type: 'other'; readonly tag: number; readonly der: Uint8Array };

const TAGS = {
  email: contextTag(1, false),
  dns: contextTag(2, false),
  uri: contextTag(6, false),
  ip: contextTag(7, false),
};
const DIRECTORY = contextTag(4, true);
const REGISTERED_ID = contextTag(8, false);

export function encodeGeneralName(name: GeneralName): Uint8Array {
  switch (name.type) {
    case 'dns':
    case 'uri':
    case 'email':
      // throws for characters outside ASCII, whose low byte alone would be another name
      return ascii(TAGS[name.type], name.value);
    case 'ip':
      return tlv(TAGS.ip, name.octets);
    case 'directory':
      return tlv(DIRECTORY, name.name.der);
    case 'registeredId':
      return tlv(REGISTERED_ID, name.oid);
    case 'other':
      return name.der;
  }
}

/** Encodes a GeneralNames value, such as subjectAltName, in the order given. */
export const encodeGeneralNames = (names: readonly GeneralName[]): Uint8Array =>
  sequence(...names.map(encodeGeneralName));

export function decodeGeneralName(reader: DerReader, what: string): GeneralName {
  const at = reader.position;
  switch (reader.peek()) {
    case TAGS.email:
      return { type: 'email', value: ia5(reader, TAGS.email, what) };
    case TAGS.dns:
      return { type: 'dns', value: ia5(reader, TAGS.dns, what) };
    case TAGS.uri:
      return { type: 'uri', value: ia5(reader, TAGS.uri, what) };
    case TAGS.ip:
      return { type: 'ip', octets: reader.content(TAGS.ip, what) };
    case REGISTERED_ID:
      return { type: 'registeredId', oid: reader.content(REGISTERED_ID, what) };
    case DIRECTORY: {
      const inner = reader.enter(DIRECTORY, what);
      const name = decodeName(inner, what);
      inner.finish(what);
      return { type: 'directory', name };
    }
    default: {
      const tag = reader.peek();
      if (tag !== contextTag(0, true) && tag !== contextTag(3, true) && tag !== contextTag(5, true)) {
        reader.fault(`${what} is not a GeneralName`, at, 'RFC 5280 §4.2.1.6');
      }
      return { type: 'other', tag, der: reader.any(what) };
    }
  }
}

/** Decodes a GeneralNames value, such as subjectAltName or issuerAltName; it is never empty (RFC 5280 §4.2.1.6). */
export function decodeGeneralNames(value: Uint8Array, what: string, tolerance?: Tolerance): readonly GeneralName[] {
  const outer = new DerReader(value, 0, value.length, tolerance);
  const reader = outer.enter(TAG.sequence, what);
  outer.finish(what);
  const names: GeneralName[] = [];
  while (!reader.done) names.push(decodeGeneralName(reader, what));
  if (names.length === 0) reader.fault(`${what} is empty`, 0, 'RFC 5280 §4.2.1.6');
  return names;
}

function ia5(reader: DerReader, tag: number, what: string): string {
  const at = reader.position;
  const content = reader.content(tag, what);
  for (const byte of content) {
    if (byte <= 0x7f) continue;
    reader.fault(`${what} has a name that is not ASCII`, at, 'RFC 5280 §4.2.1.6');
    break;
  }
  return Buffer.from(content.buffer, content.byteOffset, content.length).toString('latin1');
}
