// Recognises the contents of a file (PEM, DER, JWK Set) and describes each with the report of its kind.
// `inspect` calls it. It reads no file, and asks for a passphrase only through the function it is given.
import { failure } from '../../errors/error.ts';
import { DerError, DerReader } from '../der/reader.ts';
import { capProblem, countProblem, INPUT_CAPS } from '../input-caps.ts';
import { decodeCrl } from '../crl/parsed.ts';
import { decodePem, isPem, PemError, type PemBlock } from '../pem.ts';
import { privateKeyForm } from '../key/private-key-info.ts';
import { decodePublicKeyInfo } from '../key/public-key-info.ts';
import { reportBundle, type BundleReport } from './bundle-report.ts';
import { reportCertificate, type CertificateReport } from './certificate-report.ts';
import { reportCrl, reportCrlEntries, type CrlEntryReport, type CrlReport } from './crl-report.ts';
import { derKind, firstTags, type DerKind } from './der-kind.ts';
import { reportForeignCertificate } from './foreign-certificate.ts';
import { reportPrivateKey, reportPublicKey, type PrivateKeyReport, type PublicKeyReport } from './key-report.ts';
import { reportPkcs12, type Pkcs12Report } from './pkcs12-report.ts';
import { reportRequest, type RequestReport } from './request-report.ts';

/** The description of one item of a file. */
export type Report =
  | CertificateReport
  | RequestReport
  | InspectedCrl
  | ({ readonly type: 'private key' } & PrivateKeyReport)
  | ({ readonly type: 'public key' } & PublicKeyReport)
  | Pkcs12Report
  | BundleReport
  /** A PEM block of another type. */
  | { readonly type: 'other'; readonly label: string; readonly byteLength: number };

/** A CRL with its first hundred entries; `crl show` shows all of them. */
export type InspectedCrl = CrlReport & { readonly entries: readonly CrlEntryReport[] };

export interface Inspection {
  /** The name of the bytes in error messages. */
  readonly what: string;
  readonly now: Date;
  /** Called if an item is encrypted. If absent, encrypted items are described without decryption. */
  readonly passphrase?: ((what: string) => Promise<Uint8Array>) | undefined;
}

/**
 * Describes every item of a file: PEM blocks in order, one DER structure, or a JWK Set. Throws ERR_INSPECT for other or damaged
 * content, ERR_PKCS12 for a damaged PKCS#12 file, and with a passphrase ERR_PASSPHRASE_WRONG, ERR_KEY_ENCRYPTION and
 * ERR_KEY_ITERATIONS.
 */
export async function reportBytes(bytes: Uint8Array, inspection: Inspection): Promise<readonly Report[]> {
  const { what } = inspection;
  if (isPem(bytes)) return reportPem(bytes, inspection);
  const kind = derKind(bytes);
  if (kind !== undefined) return [await reportDer(kind, bytes, inspection)];
  const certificate = (der: Uint8Array) => reportAnyCertificate(der, inspection);
  if (mayBeBer(bytes)) return [await certificate(bytes)];
  const bundle =
    bytes.length > INPUT_CAPS.bundle ? undefined : await reportBundle(Buffer.from(bytes).toString(), certificate);
  if (bundle === undefined) throw failure('ERR_INSPECT', { what, reason: foundIn(bytes) });
  return [bundle];
}

/** The most blocks of a file. A trust store has hundreds, and each block that is not strict DER takes milliseconds. */
const MOST_BLOCKS = 10_000;

async function reportPem(bytes: Uint8Array, inspection: Inspection): Promise<readonly Report[]> {
  const { what } = inspection;
  const blocks = readBlocks(bytes, what);
  if (blocks.length > MOST_BLOCKS) {
    throw failure('ERR_INSPECT', { what, reason: `it contains ${blocks.length} PEM blocks, more than ${MOST_BLOCKS}` });
  }
  const reports: Report[] = [];
  for (const [index, block] of blocks.entries()) {
    const kind = LABELS[block.label];
    const place = blocks.length === 1 ? what : `block ${index + 1} of ${what}`;
    reports.push(
      kind === undefined
        ? { type: 'other', label: block.label, byteLength: block.der.length }
        : await reportDer(kind, block.der, { ...inspection, what: place }),
    );
  }
  return reports;
}

const LABELS: Readonly<Record<string, DerKind>> = {
  CERTIFICATE: 'certificate',
  'X509 CERTIFICATE': 'certificate',
  'CERTIFICATE REQUEST': 'request',
  'NEW CERTIFICATE REQUEST': 'request',
  'X509 CRL': 'crl',
  CRL: 'crl',
  'PRIVATE KEY': 'private key',
  'ENCRYPTED PRIVATE KEY': 'private key',
  'EC PRIVATE KEY': 'private key',
  'RSA PRIVATE KEY': 'private key',
  'PUBLIC KEY': 'public key',
};

function readBlocks(bytes: Uint8Array, what: string): readonly PemBlock[] {
  const text = Buffer.from(bytes).toString('latin1');
  if (text.includes('Proc-Type: 4,ENCRYPTED')) {
    throw failure('ERR_KEY_ENCRYPTION', { what, scheme: 'legacy PEM encryption (Proc-Type, DEK-Info)' });
  }
  try {
    const blocks = decodePem(text);
    const problem = countProblem(blocks.length);
    if (problem !== undefined) throw new PemError(problem);
    return blocks;
  } catch (cause) {
    if (cause instanceof PemError) throw failure('ERR_INSPECT', { what, reason: cause.message }, cause);
    throw cause;
  }
}

async function reportDer(kind: DerKind, der: Uint8Array, inspection: Inspection): Promise<Report> {
  const { what, now } = inspection;
  const problem = capProblem(kind, der.length);
  if (problem !== undefined) throw failure('ERR_INSPECT', { what, reason: problem });
  try {
    switch (kind) {
      case 'certificate':
        return await reportAnyCertificate(der, inspection);
      case 'request':
        return reportRequest(der);
      case 'crl':
        return inspectCrl(der, now);
      case 'private key':
        return { type: kind, ...(await reportAnyPrivateKey(der, inspection)) };
      case 'public key':
        return { type: kind, ...reportPublicKey(soleKey(der)) };
      case 'pkcs12': {
        const passphrase = await inspection.passphrase?.(what);
        return await reportPkcs12(der, passphrase, what, inner => reportAnyCertificate(inner, inspection));
      }
    }
  } catch (cause) {
    if (cause instanceof DerError)
      throw failure('ERR_INSPECT', { what, reason: `it contains a damaged ${kind}: ${cause.message}` }, cause);
    throw cause;
  }
}

const ENTRIES_SHOWN = 100;

function inspectCrl(der: Uint8Array, now: Date): InspectedCrl {
  const crl = decodeCrl(der);
  const entries: CrlEntryReport[] = [];
  for (const entry of reportCrlEntries(crl)) if (entries.push(entry) === ENTRIES_SHOWN) break;
  return { ...reportCrl(crl, now), entries };
}

async function reportAnyCertificate(der: Uint8Array, { what, now }: Inspection): Promise<CertificateReport> {
  try {
    return await reportCertificate(der, now);
  } catch (cause) {
    if (!(cause instanceof DerError)) throw cause;
    const report = await reportForeignCertificate(der, cause.message, now);
    if (report !== undefined) return report;
    throw failure('ERR_INSPECT', { what, reason: `it contains a damaged certificate: ${cause.message}` }, cause);
  }
}

async function reportAnyPrivateKey(der: Uint8Array, { what, passphrase }: Inspection): Promise<PrivateKeyReport> {
  const form = privateKeyForm(der);
  if (form === undefined) throw new DerError('it is not a private key', 0);
  return reportPrivateKey(der, form, form === 'encrypted PKCS#8' ? await passphrase?.(what) : undefined, what);
}

function soleKey(der: Uint8Array) {
  const reader = new DerReader(der);
  const info = decodePublicKeyInfo(reader);
  reader.finish('a public key');
  return info;
}

/** Recognises a long SEQUENCE that our reader cannot read, which may be a certificate in BER. */
const mayBeBer = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x30 && bytes[1]! >= 0x80 && ['', '30 30 03'].includes(firstTags(bytes));

function foundIn(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'it is empty';
  // ContentInfo (RFC 5652 §3)
  if (firstTags(bytes) === '06 a0') return 'it is PKCS#7 (CMS); extract its certificates: openssl pkcs7 -print_certs';
  // the message does not repeat the bytes: the file may be the wrong one and contain a passphrase
  const isText = !/[^\t\r\n\x20-\x7e]/.test(Buffer.from(bytes.subarray(0, 512)).toString('latin1'));
  return `its ${bytes.length} bytes are ${isText ? 'text of another kind' : 'neither PEM nor a DER structure that svcauth knows'}`;
}
