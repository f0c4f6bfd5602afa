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

/** The kind of a certificate to issue. `cross`: a CA that another CA certifies too. */
export type CertificateKind = 'root' | 'issuing' | 'cross' | ProfileName;

/** The fields of a certificate and its decoded known extensions. */
export interface CertificateFacts {
  readonly tbs: ParsedTbsCertificate;
  readonly extensions: ExtensionsRead;
  /** The problem of the first extension whose value cannot be read. */
  readonly malformed: string | undefined;
  /** The type of the first unknown extension. */
  readonly unknown: string | undefined;
}

/** A certificate that svcauth is about to sign. */
export interface Candidate extends CertificateFacts {
  readonly kind: CertificateKind;
  /** The issuer; for a root, the root itself. */
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

/** The value of an extension, and its criticality in the certificate. */
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

/** Decodes the known extensions. With a `tolerance`, it reports faults there instead of in `malformed` and reads on. */
export function certificateFacts(tbs: ParsedTbsCertificate, tolerance?: ExtensionTolerance): CertificateFacts {
  const { extensions, malformed, unknown } = readExtensions(tbs.extensions, tolerance);
  return { tbs, extensions, malformed, unknown };
}

export type ExtensionTolerance = (fault: DerError, extension: KnownExtension) => void;

/** Decodes the known extensions of a certificate or of a request. */
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

/** Decodes a keyUsage and refuses bits that RFC 5280 §4.2.1.3 does not define. */
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
  const fault = new DerError('keyUsage has an undefined bit', 0, 'RFC 5280 §4.2.1.3');
  if (tolerance === undefined) throw fault;
  tolerance(fault);
  return usages;
}

/** Decodes a noRevAvail: a NULL (RFC 9608 §2). */
function decodeNoRevAvail(value: Uint8Array): true {
  const reader = new DerReader(value);
  if (reader.content(TAG.null, 'noRevAvail').length > 0) throw new DerError('noRevAvail is not a DER NULL', 0);
  reader.finish('noRevAvail');
  return true;
}

type Decode<T> = (value: Uint8Array, tolerance?: Tolerance) => T;

const MOST_REMEMBERED = 64;
const LONGEST_REMEMBERED = 256;

/** Caches a decoder: these values repeat in a batch. It decodes a copy, so callers cannot change a cached value. */
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
