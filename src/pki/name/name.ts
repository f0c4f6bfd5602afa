// Reads and writes distinguished names, the subjects and issuers of certificates, CRLs and requests, and prints them (RFC 4514).
// It compares byte for byte; path validation matches issuer and subject with `canonical-name.ts`.
import { equalBytes } from '../bytes.ts';
import { DerReader } from '../der/reader.ts';
import { ascii, oid, sequence, setOf, TAG, utf8String } from '../der/writer.ts';
import { OID, oidName } from '../oids.ts';

/** One AttributeTypeAndValue (RFC 5280 §4.1.2.4). */
export interface NameAttribute {
  /** Dotted decimal. */
  readonly type: string;
  /** The text; undefined if the value does not have a supported string type. */
  readonly value: string | undefined;
  /** The tag of the encoded value. */
  readonly tag: number;
  /** The whole encoded value. */
  readonly der: Uint8Array;
}

/**
 * A distinguished name. `der` is its original encoding: an issuer name is a byte-for-byte copy of it and never encoded again (RFC
 * 5280 §4.1.2.4, §4.1.2.6).
 */
export interface Name {
  readonly der: Uint8Array;
  /** Relative names in encoded order, each with one or more attributes. */
  readonly rdns: readonly (readonly NameAttribute[])[];
}

/** Upper bounds of RFC 5280 appendix A.1, in characters. */
export const UPPER_BOUNDS: Readonly<Record<string, number>> = {
  [OID.commonName]: 64,
  [OID.organizationName]: 64,
  [OID.organizationalUnitName]: 64,
  [OID.serialNumber]: 64,
  [OID.countryName]: 2,
  [OID.localityName]: 128,
  [OID.stateOrProvinceName]: 128,
  // X.520 ub-street-address: RFC 5280 has no bound
  [OID.streetAddress]: 128,
};

/**
 * Encodes a name with one attribute per RDN: PrintableString for countryName and serialNumber, else UTF8String (RFC 5280 appendix
 * A).
 */
export function encodeName(attributes: readonly (readonly [type: string, value: string])[]): Uint8Array {
  return sequence(
    ...attributes.map(([type, value]) => {
      const printable = type === OID.countryName || type === OID.serialNumber;
      return setOf(sequence(oid(type), printable ? ascii(TAG.printableString, value) : utf8String(value)));
    }),
  );
}

/** Reads a Name and moves past it. */
export function decodeName(reader: DerReader, what: string): Name {
  const outer = reader.enter(TAG.sequence, what);
  const rdns: NameAttribute[][] = [];
  while (!outer.done) {
    const set = outer.enter(TAG.set, `${what} RDN`);
    if (set.done) {
      set.fault(`${what} has an empty RDN`, set.position, 'RFC 5280 §4.1.2.4, appendix A.1');
      continue;
    }
    const attributes: NameAttribute[] = [];
    let previous: Uint8Array | undefined;
    while (!set.done) {
      const pair = set.enter(TAG.sequence, `${what} attribute`);
      const type = pair.oid(`${what} attribute type`);
      const at = pair.position;
      const der = pair.any(`${what} attribute value`);
      pair.finish(`${what} attribute`);
      if (previous !== undefined && Buffer.compare(previous, pair.element) > 0) {
        pair.fault(`${what} RDN is not sorted (not DER)`, at, 'X.690 §11.6');
      }
      previous = pair.element;
      attributes.push({ type, tag: der[0]!, der, value: decodeDirectoryString(pair, der, what, at) });
    }
    rdns.push(attributes);
  }
  return { der: outer.element, rdns };
}

/** A decoder that keeps a byte order mark, because it is a character of the name. */
const fatalUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeDirectoryString(pair: DerReader, der: Uint8Array, what: string, at: number): string | undefined {
  // its header was read before, and a fault in it is already reported
  const content = new DerReader(der, 0, der.length, pair.tolerance && (() => undefined)).content(der[0]!, what);
  switch (der[0]) {
    case TAG.utf8String:
      try {
        return fatalUtf8.decode(content);
      } catch {
        pair.fault(`${what} has a UTF8String that is not UTF-8`, at, 'X.690 §8.23');
        return Buffer.from(content).toString('latin1');
      }
    case TAG.printableString:
    case TAG.ia5String:
      if (content.some(byte => byte > 0x7f)) pair.fault(`${what} has a string that is not ASCII`, at, 'X.680 §41');
      return Buffer.from(content).toString('latin1');
    case TAG.teletexString:
      return Buffer.from(content).toString('latin1');
    case TAG.bmpString:
      if (content.length % 2 !== 0) pair.fault(`${what} has a BMPString of odd length`, at, 'X.690 §8.23');
      return Buffer.from(content.subarray(0, content.length & ~1))
        .swap16()
        .toString('utf16le');
    default:
      return undefined;
  }
}

/** Returns the first commonName, or undefined. */
export function commonName(name: Name): string | undefined {
  for (const rdn of name.rdns)
    for (const attribute of rdn) if (attribute.type === OID.commonName) return attribute.value;
  return undefined;
}

export const isEmptyName = (name: Name): boolean => name.rdns.length === 0;

/** Compares two names byte for byte, as required for names that svcauth issues. */
export const sameName = (a: Name, b: Name): boolean => equalBytes(a.der, b.der);

const SHORT: Readonly<Record<string, string>> = {
  commonName: 'CN',
  organizationName: 'O',
  organizationalUnitName: 'OU',
  countryName: 'C',
  localityName: 'L',
  stateOrProvinceName: 'ST',
  streetAddress: 'STREET',
  domainComponent: 'DC',
  userId: 'UID',
};

/** Formats a name as RFC 4514 defines: last RDN first, special characters escaped, unknown types in dotted decimal. */
export function nameToString(name: Name): string {
  return [...name.rdns]
    .reverse()
    .map(rdn =>
      rdn
        .map(({ type, value, der }) => {
          const known = oidName(type);
          const label = (known && SHORT[known]) ?? known ?? type;
          return `${label}=${value === undefined ? `#${Buffer.from(der).toString('hex')}` : escapeValue(value)}`;
        })
        .join('+'),
    )
    .join(',');
}

function escapeValue(value: string): string {
  return value
    .replace(/[\\",+;<>=]/g, c => `\\${c}`)
    .replace(/^[ #]|(?<!^) $/g, c => `\\${c}`)
    .replace(/\0/g, '\\00');
}
