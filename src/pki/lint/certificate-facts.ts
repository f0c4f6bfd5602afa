// Decodes the known extensions of a certificate or a request, each with its criticality.
// Lint, path validation, reports, `certificate/svid.ts` and svcauth/node start from these facts. It applies no rule.
import { equalBytes } from '../bytes.ts';
import { DerError, DerReader, type Tolerance } from '../der/reader.ts';
import { TAG } from '../der/writer.ts';
import { decodeAuthorityInfoAccess, type AccessDescription } from '../extension/authority-info-access.ts';
import { decodeBasicConstraints, type BasicConstraints } from '../extension/basic-constraints.ts';
import { decodeDistributionPoints, type DistributionPoints } from '../extension/distribution-points.ts';
import { decodeExtKeyUsage } from '../extension/ext-key-usage.ts';
import type { Extension } from '../extension/extension.ts';
import { decodeGeneralNames, type GeneralName } from '../extension/general-name.ts';
import {
  decodeAuthorityKeyIdentifier,
  decodeSubjectKeyIdentifier,
  type AuthorityKeyIdentifier,
} from '../extension/key-identifier.ts';
import { decodeKeyUsage, encodeKeyUsage, type KeyUsage } from '../extension/key-usage.ts';
import { decodeNameConstraints, type NameConstraints } from '../extension/name-constraints.ts';
import type { IssuerFacts } from '../certificate/issuer.ts';
import { OID, oidName } from '../oids.ts';
import type { ParsedTbsCertificate } from '../certificate/parsed.ts';
import type { ProfileName } from '../certificate/profile-name.ts';

/** What a certificate is made to be. `cross`: a CA that another CA certifies as well. */
export type CertificateKind = 'root' | 'issuing' | 'cross' | ProfileName;

/** A certificate that rules can ask: its fields and the extensions we know, read. */
export interface CertificateFacts {
  readonly tbs: ParsedTbsCertificate;
  readonly extensions: ExtensionsRead;
  /** Why an extension's value could not be read; the first one only. */
  readonly malformed: string | undefined;
  /** The type of an extension we do not know; the first one only. */
  readonly unknown: string | undefined;
}

/** A certificate that somebody is about to sign. */
export interface Candidate extends CertificateFacts {
  readonly kind: CertificateKind;
  /** Of a root: the root itself. */
  readonly issuer: IssuerFacts;
}

interface ExtensionValues {
  authorityKeyIdentifier: AuthorityKeyIdentifier;
  subjectKeyIdentifier: Uint8Array;
  keyUsage: ReadonlySet<KeyUsage>;
  extKeyUsage: readonly string[];
  basicConstraints: BasicConstraints;
  subjectAltName: readonly GeneralName[];
  nameConstraints: NameConstraints;
  cRLDistributionPoints: DistributionPoints;
  authorityInfoAccess: readonly AccessDescription[];
  noRevAvail: true;
}

export type KnownExtension = keyof ExtensionValues;

/** An extension as it stands in the certificate. */
export interface Carried<T> {
  readonly critical: boolean;
  readonly value: T;
}

export type ExtensionsRead = { readonly [K in KnownExtension]: Carried<ExtensionValues[K]> | undefined };

const DECODERS: { readonly [K in KnownExtension]: (value: Uint8Array, tolerance?: Tolerance) => ExtensionValues[K] } = {
  authorityKeyIdentifier: remembered(decodeAuthorityKeyIdentifier),
  subjectKeyIdentifier: decodeSubjectKeyIdentifier,
  keyUsage: remembered(decodeDefinedKeyUsage),
  extKeyUsage: remembered(decodeExtKeyUsage),
  basicConstraints: remembered(decodeBasicConstraints),
  subjectAltName: (value, tolerance) => decodeGeneralNames(value, 'subjectAltName', tolerance),
  nameConstraints: remembered(decodeNameConstraints),
  cRLDistributionPoints: remembered(decodeDistributionPoints),
  authorityInfoAccess: remembered(decodeAuthorityInfoAccess),
  noRevAvail: decodeNoRevAvail,
};

const KNOWN = new Map<string, KnownExtension>(
  (Object.keys(DECODERS) as KnownExtension[]).map(name => [OID[name], name]),
);

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** With a `tolerance`, faults are told to it instead of standing in `malformed`, and what can be made out is read all the same. */
export function certificateFacts(tbs: ParsedTbsCertificate, tolerance?: ExtensionTolerance): CertificateFacts {
  const { extensions, malformed, unknown } = readExtensions(tbs.extensions, tolerance);
  return { tbs, extensions, malformed, unknown };
}

export type ExtensionTolerance = (fault: DerError, extension: KnownExtension) => void;

/** The same of extensions alone: of a request, which is no certificate yet. */
export function readExtensions(
  carried: readonly Extension[],
  tolerance?: ExtensionTolerance,
): Omit<CertificateFacts, 'tbs'> {
  const extensions: Mutable<ExtensionsRead> = {
    authorityKeyIdentifier: undefined,
    subjectKeyIdentifier: undefined,
    keyUsage: undefined,
    extKeyUsage: undefined,
    basicConstraints: undefined,
    subjectAltName: undefined,
    nameConstraints: undefined,
    cRLDistributionPoints: undefined,
    authorityInfoAccess: undefined,
    noRevAvail: undefined,
  };
  let malformed: string | undefined;
  let unknown: string | undefined;
  for (const { oid, critical, value } of carried) {
    const name = KNOWN.get(oid);
    if (name === undefined) {
      unknown ??= oidName(oid) ?? oid;
      continue;
    }
    const tolerate = tolerance && ((fault: DerError) => tolerance(fault, name));
    try {
      const read = { critical, value: DECODERS[name](value, tolerate) };
      (extensions as Record<KnownExtension, Carried<unknown>>)[name] = read;
    } catch (error) {
      if (!(error instanceof DerError)) throw error;
      if (tolerate === undefined) malformed ??= error.message;
      else tolerate(error);
    }
  }
  return { extensions, malformed, unknown };
}

export const isCa = ({ extensions }: CertificateFacts): boolean => extensions.basicConstraints?.value.ca === true;

/** A bit that RFC 5280 §4.2.1.3 gives no meaning would be signed unread. */
function decodeDefinedKeyUsage(value: Uint8Array, tolerance?: Tolerance): ReadonlySet<KeyUsage> {
  let told = false;
  const usages = decodeKeyUsage(
    value,
    tolerance &&
      (fault => {
        told = true;
        tolerance(fault);
      }),
  );
  if (told || equalBytes(encodeKeyUsage([...usages]), value)) return usages;
  const fault = new DerError('keyUsage has a bit without a meaning', 0, 'RFC 5280 §4.2.1.3');
  if (tolerance === undefined) throw fault;
  tolerance(fault);
  return usages;
}

/** RFC 9608 §2: a NULL. */
function decodeNoRevAvail(value: Uint8Array): true {
  const reader = new DerReader(value);
  if (reader.content(TAG.null, 'noRevAvail').length > 0) throw new DerError('noRevAvail is not a DER NULL', 0);
  reader.finish('noRevAvail');
  return true;
}

type Decode<T> = (value: Uint8Array, tolerance?: Tolerance) => T;

const MOST_REMEMBERED = 64;
const LONGEST_REMEMBERED = 256;

/** These values repeat byte for byte through a batch: each is read once, from a copy that nobody else can change. */
function remembered<T>(decode: Decode<T>): Decode<T> {
  const known = new Map<string, T>();
  return (value, tolerance) => {
    if (value.length > LONGEST_REMEMBERED || tolerance !== undefined) return decode(value, tolerance);
    const key = Buffer.from(value.buffer, value.byteOffset, value.length).toString('latin1');
    const seen = known.get(key);
    if (seen !== undefined) return seen;
    const decoded = decode(new Uint8Array(value));
    if (known.size >= MOST_REMEMBERED) known.clear();
    known.set(key, decoded);
    return decoded;
  };
}
