// Describes a certificate in plain data: names, dates, key, extensions, fingerprints and its SPIFFE verdict.
// `report.ts` calls it for every certificate that `inspect` finds; requests share its extension fields.
// It looks for no issuer: the only signature it verifies is by the certificate's own key.
import { createHash } from 'node:crypto';
import { toHex } from '../bytes.ts';
import type { BasicConstraints } from '../extension/basic-constraints.ts';
import type { Extension } from '../extension/extension.ts';
import type { GeneralName } from '../extension/general-name.ts';
import { ipAddressText } from '../name/ip-address.ts';
import { certificateFacts, type CertificateFacts } from '../lint/certificate-facts.ts';
import { nameToString, sameName } from '../name/name.ts';
import { OID, oidName } from '../oids.ts';
import { decodeCertificate, type ParsedCertificate } from '../certificate/parsed.ts';
import { serialToHex } from '../certificate/serial-number.ts';
import { signatureScheme, verifyingKey, verifySignature } from '../key/signature.ts';
import { svidVerdict, type SvidVerdict } from '../certificate/svid.ts';
import { verifiesUnderItself } from './foreign-signature.ts';
import { reportPublicKey, type PublicKeyReport } from './key-report.ts';

/** The extensions of a certificate or a request that have fields of their own. */
export interface ExtensionFields {
  readonly names: readonly NameReport[];
  readonly basicConstraints?: BasicConstraints;
  readonly keyUsage?: readonly string[];
  readonly extKeyUsage?: readonly string[];
  readonly nameConstraints?: { readonly permitted: readonly NameReport[]; readonly excluded: readonly NameReport[] };
  readonly subjectKeyIdentifier?: Uint8Array;
  readonly authorityKeyIdentifier?: Uint8Array;
  readonly crlUrls?: readonly string[];
  readonly access?: readonly { readonly method: string; readonly location: NameReport }[];
  /** The problem of the first extension that cannot be read. */
  readonly malformed?: string;
}

/** The description of a certificate. */
export interface CertificateReport extends ExtensionFields {
  readonly type: 'certificate';
  /** The reason why it is not strict DER. The other fields are then those that @peculiar/x509 reads. */
  readonly notStrict?: string;
  readonly version?: number;
  readonly serial: string;
  /** As RFC 4514 defines; empty if the name is empty. */
  readonly subject: string;
  readonly issuer: string;
  readonly notBefore: Date;
  /** Inclusive. */
  readonly notAfter: Date;
  readonly validity: 'valid' | 'expired' | 'not yet valid';
  /** True if subject and issuer are equal and its own key verifies its signature. */
  readonly selfSigned: boolean;
  readonly publicKey: PublicKeyReport;
  readonly signatureAlgorithm: string;
  /** Absent if the certificate is not strict DER. */
  readonly spiffe?: SvidVerdict;
  readonly extensions: readonly ExtensionReport[];
  readonly sha256: Uint8Array;
  /** base64url of `sha256` (RFC 8705 §3.1). */
  readonly x5tS256: string;
}

export interface NameReport {
  readonly type: string;
  readonly value: string;
}

export interface ExtensionReport {
  readonly oid: string;
  /** The standard's name, if known. */
  readonly name?: string;
  readonly critical: boolean;
  /** The value of an extension that has no field of its own. */
  readonly value?: Uint8Array;
}

/** Describes a certificate. Throws DerError if it is not strict DER. */
export async function reportCertificate(der: Uint8Array, now: Date): Promise<CertificateReport> {
  const certificate = decodeCertificate(der);
  const { tbs, signatureAlgorithm } = certificate;
  const facts = certificateFacts(tbs);
  const [notBefore, notAfter] = [tbs.notBefore.date, tbs.notAfter.date];
  return {
    type: 'certificate',
    version: tbs.version,
    serial: serialToHex(tbs.serial),
    subject: nameToString(tbs.subject),
    issuer: nameToString(tbs.issuer),
    notBefore,
    notAfter,
    validity: validityAt(now, notBefore, notAfter),
    selfSigned: await isSelfSigned(certificate),
    publicKey: reportPublicKey(tbs.publicKey),
    signatureAlgorithm: signatureLabel(signatureAlgorithm),
    spiffe: svidVerdict(facts),
    ...extensionFields(facts),
    extensions: tbs.extensions.map(reportExtension),
    ...fingerprints(der),
  };
}

export function validityAt(now: Date, notBefore: Date, notAfter: Date): CertificateReport['validity'] {
  if (now < notBefore) return 'not yet valid';
  return now > notAfter ? 'expired' : 'valid';
}

export function fingerprints(der: Uint8Array): Pick<CertificateReport, 'sha256' | 'x5tS256'> {
  const sha256 = createHash('sha256').update(der).digest();
  return { sha256: new Uint8Array(sha256), x5tS256: sha256.toString('base64url') };
}

async function isSelfSigned({ der, tbs, signatureAlgorithm, signature }: ParsedCertificate): Promise<boolean> {
  if (!sameName(tbs.subject, tbs.issuer)) return false;
  return verifyingKey(signatureAlgorithm, tbs.publicKey) === undefined
    ? verifiesUnderItself(der)
    : verifySignature(signatureAlgorithm, tbs.publicKey, tbs.der, signature);
}

/** Names a signature algorithm: `ECDSA with SHA-256`, else the standard's name, else the OID. */
export const signatureLabel = (algorithm: Parameters<typeof signatureScheme>[0]): string =>
  signatureScheme(algorithm)?.label ?? oidName(algorithm.oid) ?? algorithm.oid;

const wordOf = (dotted: string): string => oidName(dotted) ?? dotted;

export function extensionFields({
  extensions,
  malformed,
}: Pick<CertificateFacts, 'extensions' | 'malformed'>): ExtensionFields {
  const { basicConstraints, keyUsage, extKeyUsage, nameConstraints, cRLDistributionPoints } = extensions;
  const subjectKeyIdentifier = extensions.subjectKeyIdentifier?.value;
  const authorityKeyIdentifier = extensions.authorityKeyIdentifier?.value.keyIdentifier;
  const access = extensions.authorityInfoAccess?.value;
  return {
    names: (extensions.subjectAltName?.value ?? []).map(reportName),
    ...(basicConstraints && { basicConstraints: basicConstraints.value }),
    ...(keyUsage && { keyUsage: [...keyUsage.value] }),
    ...(extKeyUsage && { extKeyUsage: extKeyUsage.value.map(wordOf) }),
    ...(nameConstraints && {
      nameConstraints: {
        permitted: nameConstraints.value.permitted.map(reportName),
        excluded: nameConstraints.value.excluded.map(reportName),
      },
    }),
    ...(subjectKeyIdentifier && { subjectKeyIdentifier }),
    ...(authorityKeyIdentifier && { authorityKeyIdentifier }),
    ...(cRLDistributionPoints && { crlUrls: cRLDistributionPoints.value.uris }),
    ...(access && {
      access: access.map(({ method, location }) => ({ method: wordOf(method), location: reportName(location) })),
    }),
    ...(malformed !== undefined && { malformed }),
  };
}

const SHOWN: ReadonlySet<string> = new Set([
  OID.basicConstraints,
  OID.keyUsage,
  OID.extKeyUsage,
  OID.subjectAltName,
  OID.nameConstraints,
  OID.subjectKeyIdentifier,
  OID.authorityKeyIdentifier,
  OID.cRLDistributionPoints,
  OID.authorityInfoAccess,
  OID.noRevAvail,
  OID.cRLNumber,
]);

export function reportExtension({ oid, critical, value }: Extension): ExtensionReport {
  const name = oidName(oid);
  return { oid, ...(name !== undefined && { name }), critical, ...(!SHOWN.has(oid) && { value }) };
}

function reportName(name: GeneralName): NameReport {
  switch (name.type) {
    case 'dns':
    case 'uri':
    case 'email':
      return { type: name.type, value: name.value };
    case 'ip':
      return { type: 'ip', value: addressText(name.octets) };
    case 'directory':
      return { type: 'directory', value: nameToString(name.name) };
    case 'registeredId':
      return { type: 'registeredId', value: toHex(name.oid) };
    case 'other':
      return { type: 'other', value: toHex(name.der) };
  }
}

/** Formats 4 or 16 octets as an address, 8 or 32 as address and mask (RFC 5280 §4.2.1.10), and any other number in hex. */
function addressText(octets: Uint8Array): string {
  switch (octets.length) {
    case 4:
    case 16:
      return ipAddressText(octets);
    case 8:
    case 32: {
      const half = octets.length / 2;
      return `${ipAddressText(octets.subarray(0, half))}/${maskText(octets.subarray(half))}`;
    }
    default:
      return `0x${toHex(octets)}`;
  }
}

/** Formats a mask as a prefix length, or as an address if it is not a prefix. */
function maskText(mask: Uint8Array): string {
  const bits = Array.from(mask, octet => octet.toString(2).padStart(8, '0')).join('');
  return /^1*0*$/.test(bits) ? String(bits.lastIndexOf('1') + 1) : ipAddressText(mask);
}
