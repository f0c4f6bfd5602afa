// Decides whether a certificate request is acceptable, and whether it contains only names that the certificate will have.
// Issuance calls both parts. It reads no file and consults no policy.
import { failure, SvcauthError } from '../../errors/error.ts';
import { quote } from '../../errors/row.ts';
import { decodeCertificationRequest, type CertificationRequest } from './certification-request.ts';
import { DerError } from '../der/reader.ts';
import { parseDnsName, type DnsName } from '../name/dns-name.ts';
import { findExtension, type Extension } from '../extension/extension.ts';
import { decodeGeneralNames } from '../extension/general-name.ts';
import { INPUT_CAPS } from '../input-caps.ts';
import { ipAddressText, type IpAddress } from '../name/ip-address.ts';
import type { KeyAlgorithm } from '../key/algorithm.ts';
import { commonName, type Name } from '../name/name.ts';
import { OID } from '../oids.ts';
import { decodePem, isPem, PemError } from '../pem.ts';
import type { PublicKeyInfo } from '../key/public-key-info.ts';
import { decodePublicKey, keyAlgorithmOf, publicKeyProblem } from '../key/public-key.ts';
import { signatureScheme } from '../key/signature.ts';
import { parseSpiffeId, type SpiffeId } from '../name/spiffe-id.ts';

/** A request with an acceptable key and a valid proof of possession. svcauth decides which of its contents a certificate gets. */
export interface ParsedCsr {
  readonly subject: Name;
  readonly publicKeyInfo: PublicKeyInfo;
  /** Undefined for keys that svcauth certifies but does not generate: P-521 and other RSA sizes up to 8192 bits. */
  readonly keyAlgorithm: KeyAlgorithm | undefined;
  readonly names: RequestedNames;
  /** The requested extensions besides the names. No code copies them into a certificate: the profile decides. */
  readonly otherExtensions: readonly Extension[];
}

export interface RequestedNames {
  readonly commonName: string | undefined;
  readonly spiffeId: SpiffeId | undefined;
  readonly dns: readonly DnsName[];
  readonly ip: readonly IpAddress[];
}

const SIZE_CAP = INPUT_CAPS.request;

/**
 * Reads one request, as DER or as the only block of a PEM text. `what` names it in messages. Our own reader decodes it as strict
 * DER before @peculiar/x509 verifies the proof of possession. Throws ERR_CSR_FORMAT, ERR_CSR_PROOF and ERR_KEY_UNSUITABLE.
 */
export async function parseCsr(bytes: Uint8Array, what = 'the certificate request'): Promise<ParsedCsr> {
  const request = readRequest(bytes, what);
  const problem = reading(what, () => publicKeyProblem(request.publicKey));
  if (problem !== undefined) throw failure('ERR_KEY_UNSUITABLE', { what: `the key of ${what}`, reason: problem });
  const names = reading(what, () => requestedNames(request, what));
  if (!(await provesPossession(request))) throw failure('ERR_CSR_PROOF', { what });
  return {
    subject: request.subject,
    publicKeyInfo: request.publicKey,
    keyAlgorithm: keyAlgorithmOf(decodePublicKey(request.publicKey)),
    names,
    otherExtensions: request.extensions.filter(({ oid }) => oid !== OID.subjectAltName),
  };
}

function readRequest(bytes: Uint8Array, what: string): CertificationRequest {
  if (bytes.length > SIZE_CAP) throw unacceptable(what, `it is larger than ${SIZE_CAP} bytes`);
  return reading(what, () => decodeCertificationRequest(isPem(bytes) ? soleBlock(bytes, what) : bytes));
}

function soleBlock(bytes: Uint8Array, what: string): Uint8Array {
  const blocks = decodePem(Buffer.from(bytes).toString('latin1'));
  const [block] = blocks;
  if (block === undefined || blocks.length > 1)
    throw unacceptable(what, `it contains ${blocks.length} PEM blocks instead of 1`);
  // the second label is an old name for the same format (RFC 7468 §7)
  if (!['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'].includes(block.label)) {
    throw unacceptable(what, `it contains ${quote(block.label)}`);
  }
  return block.der;
}

/** Returns the names in subject and SAN, each checked by the grammar that svcauth issues. It refuses names of any other type. */
function requestedNames({ subject, extensions }: CertificationRequest, what: string): RequestedNames {
  if (subject.rdns.flat().some(({ value }) => value !== undefined && !isPrintable(value))) {
    throw unacceptable(what, 'its subject has non-printable characters');
  }
  const san = findExtension(extensions, OID.subjectAltName);
  const ids: SpiffeId[] = [];
  const dns = new Set<DnsName>();
  const ip: IpAddress[] = [];
  for (const name of san === undefined ? [] : decodeGeneralNames(san.value, 'subjectAltName')) {
    if (name.type === 'uri') ids.push(parseSpiffeId(name.value));
    else if (name.type === 'dns') dns.add(parseDnsName(name.value));
    else if (name.type === 'ip' && (name.octets.length === 4 || name.octets.length === 16)) {
      ip.push({ octets: name.octets, text: ipAddressText(name.octets) });
    } else
      throw unacceptable(what, `its subjectAltName has a name of a type that svcauth does not issue (${name.type})`);
  }
  // X509-SVID §2
  if (ids.length > 1) throw unacceptable(what, 'its subjectAltName has more than one URI');
  return { commonName: commonName(subject), spiffeId: ids[0], dns: [...dns], ip };
}

// rejects control characters, invisible and direction-changing characters, and unpaired surrogates
const isPrintable = (text: string): boolean => !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(text);

/** Verifies that the request is signed with the private key of its public key (RFC 2986 §3). */
async function provesPossession({ der, publicKey, signatureAlgorithm }: CertificationRequest): Promise<boolean> {
  const scheme = signatureScheme(signatureAlgorithm);
  if (scheme === undefined || scheme.keyOid !== publicKey.algorithm.oid) return false;
  const { Pkcs10CertificateRequest } = await import('../peculiar.ts');
  try {
    return await new Pkcs10CertificateRequest(der as Uint8Array<ArrayBuffer>).verify();
  } catch {
    return false;
  }
}

/** The names that the certificate will have. */
export interface GivenNames {
  readonly service: string;
  readonly spiffeId: string;
  readonly dns: readonly string[];
  /** As text, in the form of `ipAddressText`. */
  readonly ip: readonly string[];
}

/**
 * Checks that the certificate will have every name of the request. A name of another service is an error, or an attack. A
 * commonName must be the service's name or one of its other names. Throws ERR_CSR_NAMES with all other names.
 */
export function checkCsrNames(names: RequestedNames, given: GivenNames, what = 'the certificate request'): void {
  const { commonName: cn, spiffeId } = names;
  const all = [given.service, given.spiffeId, ...given.dns, ...given.ip];
  const dns = names.dns.filter(name => !given.dns.includes(name));
  const ip = names.ip.map(({ text }) => text).filter(text => !given.ip.includes(text));
  const id = spiffeId === undefined || spiffeId.uri === given.spiffeId ? [] : [spiffeId.uri];
  const problems = [
    ...(cn === undefined || cn === '' || all.includes(cn) ? [] : [`commonName ${quote(cn)}`]),
    ...id.map(uri => `SPIFFE ID ${quote(uri)}`),
    ...dns.map(name => `DNS name ${quote(name)}`),
    ...ip.map(text => `IP address ${text}`),
  ];
  const flags = [
    ...id.map(uri => `--id ${uri}`),
    ...dns.map(name => `--dns ${name}`),
    ...ip.map(text => `--ip ${text}`),
  ];
  if (problems.length > 0) throw failure('ERR_CSR_NAMES', { what, service: given.service, problems, flags });
}

/** Reports a fault in the bytes, or in a name in them, as a fault of the request. */
function reading<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const isFault = cause instanceof DerError || cause instanceof PemError || isBadName(cause);
    if (isFault) throw unacceptable(what, cause.message, cause);
    throw cause;
  }
}

const isBadName = (cause: unknown): cause is SvcauthError =>
  cause instanceof SvcauthError && (cause.code === 'ERR_SPIFFE_ID' || cause.code === 'ERR_DNS_NAME');

const unacceptable = (what: string, reason: string, cause?: unknown) =>
  failure('ERR_CSR_FORMAT', { what, reason }, cause);
