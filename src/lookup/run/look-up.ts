// Looks up certificates and CAs of the manifest by CA, service, SPIFFE ID, serial number, fingerprint, key ID or file.
// `who` calls it. It tries them in that order and stops at the first that matches. It changes nothing.
import { hash } from 'node:crypto';
import { resolve } from 'node:path';
import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import type { Authority } from '../../record/authority.ts';
import type { Certificate } from '../../record/certificate.ts';
import type { Deployment } from '../../record/deployment.ts';
import type { Revocation } from '../../record/revocation.ts';
import { equalBytes, fromHex, toHex } from '../../pki/bytes.ts';
import { DerError } from '../../pki/der/reader.ts';
import { certificateFacts } from '../../pki/lint/certificate-facts.ts';
import { decodeCertificate } from '../../pki/certificate/parsed.ts';
import { serialToHex } from '../../pki/certificate/serial-number.ts';
import type { Manifest } from '../../store/manifest/manifest.ts';
import { readCertificates } from '../../store/input/read-certificates.ts';

/** A CA or certificate that was found. */
export type Found =
  | { readonly type: 'ca'; readonly foundBy: Clue; readonly authority: Authority; readonly prints?: Prints }
  | ({ readonly type: 'certificate'; readonly foundBy: Clue } & FoundCertificate);

interface FoundCertificate {
  readonly certificate: Certificate;
  readonly prints?: Prints;
  readonly revocation?: Revocation;
  /** The deployment of its service, where this certificate is the one to deploy. */
  readonly deployment?: Deployment;
  /** Serial numbers of the service's previous and next certificate. */
  readonly predecessor?: string;
  readonly successor?: string;
}

/** Identifiers computed from the certificate. */
interface Prints {
  readonly sha256: string;
  readonly x5tS256: string;
  readonly keyId?: string;
}

/** The property of a certificate or CA that matched. */
export type Clue = 'ca' | 'service' | 'spiffeId' | 'serial' | 'sha256' | 'x5tS256' | 'keyId' | 'file';

/** The most certificates shown for a serial prefix, or for a SPIFFE ID that several services had. */
const MOST = 10;

interface Hit {
  readonly foundBy: Clue;
  readonly authorities?: readonly Authority[];
  readonly certificates?: readonly Certificate[];
}

/** Looks up the CAs and certificates that `text` identifies. Throws ERR_WHO_UNKNOWN. */
export async function lookUp(world: Pick<World, 'cwd' | 'files' | 'in'>, manifest: Manifest, text: string) {
  const clues = [byName, bySpiffeId, bySerial, byFingerprint, byKeyIdentifier];
  for (const clue of clues) {
    const found = describe(manifest, clue(manifest, text));
    if (found.length > 0) return found;
  }
  const path = resolve(world.cwd, text);
  const isFile = world.files.status(path)?.kind === 'file';
  const found = isFile ? describe(manifest, await byFile(world, manifest, text)) : [];
  if (found.length > 0) return found;
  throw failure('ERR_WHO_UNKNOWN', { text, isFile, known: manifest.serviceNames() });
}

function byName(manifest: Manifest, text: string): Hit {
  const authority = manifest.authority(text);
  if (authority !== undefined) return { foundBy: 'ca', authorities: [authority] };
  return { foundBy: 'service', certificates: manifest.certificatesOfService(text).slice(0, 1) };
}

/** Returns the newest certificate of each service that had this SPIFFE ID. */
function bySpiffeId(manifest: Manifest, text: string): Hit {
  const newest = new Map<string, Certificate>();
  for (const certificate of manifest.certificatesBySpiffeId(text)) {
    if (!newest.has(certificate.service)) newest.set(certificate.service, certificate);
  }
  return { foundBy: 'spiffeId', certificates: [...newest.values()].slice(0, MOST) };
}

function bySerial(manifest: Manifest, text: string): Hit {
  const digits = hexDigits(text)?.replace(/^(?:00)+(?=.)/, '');
  if (digits === undefined || digits.length > 40) return { foundBy: 'serial' };
  const authorities = manifest.authorities().filter(({ certificate }) => certificate?.serial === digits);
  const certificates = digits.length < 8 ? [] : manifest.certificatesBySerialPrefix(digits, MOST);
  return { foundBy: 'serial', authorities, certificates };
}

function byFingerprint(manifest: Manifest, text: string): Hit {
  const digits = hexDigits(text);
  const isHex = digits?.length === 64;
  const wanted = isHex ? fromHex(digits) : base64Digest(text);
  const foundBy = isHex ? 'sha256' : 'x5tS256';
  if (wanted === undefined) return { foundBy };
  return scan(manifest, foundBy, der => hash('sha256', der, 'buffer').equals(wanted));
}

/** Decodes 32 octets in base64url (RFC 8705 §3.1) or base64. */
function base64Digest(text: string): Uint8Array | undefined {
  return /^[\w+/-]{43}=?$/.test(text) ? new Uint8Array(Buffer.from(text, 'base64')) : undefined;
}

function byKeyIdentifier(manifest: Manifest, text: string): Hit {
  const digits = hexDigits(text);
  const wanted = digits === undefined || digits.length < 16 ? undefined : fromHex(digits);
  if (wanted === undefined) return { foundBy: 'keyId' };
  const octets = Buffer.from(wanted);
  // a search for the octets excludes nearly every certificate without decoding it
  return scan(manifest, 'keyId', der => {
    if (!Buffer.from(der.buffer, der.byteOffset, der.length).includes(octets)) return false;
    const own = keyIdentifierOf(der);
    return own !== undefined && equalBytes(own, wanted);
  });
}

/** Searches the CAs, then the certificates up to the first that fits. */
function scan(manifest: Manifest, foundBy: Clue, fits: (der: Uint8Array) => boolean): Hit {
  const authorities = manifest.authorities().filter(({ certificate }) => certificate && fits(certificate.der));
  if (authorities.length > 0) return { foundBy, authorities };
  for (const { serial, der } of manifest.encodings()) {
    if (fits(der)) return { foundBy, certificates: [manifest.certificate(serial)!] };
  }
  return { foundBy };
}

/** Looks up the first certificate of a file: the leaf of a chain. */
async function byFile(world: Pick<World, 'cwd' | 'files' | 'in'>, manifest: Manifest, path: string): Promise<Hit> {
  const [der] = await readCertificates(world, path);
  const serial = der && serialOf(der);
  if (der === undefined || serial === undefined) return { foundBy: 'file' };
  const hit = bySerial(manifest, serial);
  const isIt = (other?: { readonly der?: Uint8Array }) => other?.der !== undefined && equalBytes(other.der, der);
  return {
    foundBy: 'file',
    authorities: (hit.authorities ?? []).filter(({ certificate }) => isIt(certificate)),
    certificates: (hit.certificates ?? []).filter(isIt),
  };
}

/** Reads the serial number; undefined for bytes that are not strict DER, which svcauth never issues. */
function serialOf(der: Uint8Array): string | undefined {
  try {
    return serialToHex(decodeCertificate(der).tbs.serial);
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

/** Reads hexadecimal digits: `5F:B1:…`, `0x5fb1…` or `5fb1…`; undefined for any other text. */
function hexDigits(text: string): string | undefined {
  const digits = text.replace(/^0x/i, '').replace(/[:\s]/g, '').toLowerCase();
  return /^[0-9a-f]+$/.test(digits) ? digits : undefined;
}

function describe(manifest: Manifest, { foundBy, authorities = [], certificates = [] }: Hit): readonly Found[] {
  return [
    ...authorities.map((authority): Found => {
      const der = authority.certificate?.der;
      return { type: 'ca', foundBy, authority, ...(der && { prints: printsOf(der) }) };
    }),
    ...certificates.map((certificate): Found => ({ type: 'certificate', foundBy, ...about(manifest, certificate) })),
  ];
}

function about(manifest: Manifest, certificate: Certificate): FoundCertificate {
  const { serial, service, der } = certificate;
  const line = manifest.certificatesOfService(service).filter(({ state }) => state !== 'intent');
  const place = line.findIndex(other => other.serial === serial);
  const [successor, predecessor] = place < 0 ? [] : [line[place - 1], line[place + 1]];
  const revocation = manifest.revocation(serial);
  const deployment = manifest.deployment(service);
  return {
    certificate,
    ...(der && { prints: printsOf(der) }),
    ...(revocation && { revocation }),
    ...(deployment?.serial === serial && { deployment }),
    ...(predecessor && { predecessor: predecessor.serial }),
    ...(successor && { successor: successor.serial }),
  };
}

function printsOf(der: Uint8Array): Prints {
  const digest = hash('sha256', der, 'buffer');
  const keyIdentifier = keyIdentifierOf(der);
  return {
    sha256: digest.toString('hex'),
    x5tS256: digest.toString('base64url'),
    ...(keyIdentifier && { keyId: toHex(keyIdentifier) }),
  };
}

const keyIdentifierOf = (der: Uint8Array): Uint8Array | undefined =>
  certificateFacts(decodeCertificate(der).tbs).extensions.subjectKeyIdentifier?.value;
