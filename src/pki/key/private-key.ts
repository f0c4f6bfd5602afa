// Turns the bytes of a key file into a private key that svcauth can sign with or certify.
// Unlocking a CA, `init`, rotations and issuance call it. It reads no file and asks for no passphrase.
// It refuses a private half and a public half that do not match.
import { createECDH, createPrivateKey, createPublicKey, ECDH, sign, verify, type KeyObject } from 'node:crypto';
import { failure } from '../../errors/error.ts';
import { quote } from '../../errors/row.ts';
import { equalBytes, utf8 } from '../bytes.ts';
import { DerError, DerReader } from '../der/reader.ts';
import { integer, octetString, sequence, TAG } from '../der/writer.ts';
import { INPUT_CAPS } from '../input-caps.ts';
import { KEY_ALGORITHMS, type KeyAlgorithm } from './algorithm.ts';
import { decryptPrivateKey } from './encryption.ts';
import { ecKeyPair, type EcAlgorithm } from './pair.ts';
import { OID, oidName } from '../oids.ts';
import { decodePem, isPem, PemError } from '../pem.ts';
import { decodeEcPrivateKey, decodePrivateKeyInfo, privateKeyForm, type PrivateKeyInfo } from './private-key-info.ts';
import { keyAlgorithmOf, namedCurve, decodePublicKey, publicKeyLabel } from './public-key.ts';
import { decodePublicKeyInfo, type PublicKeyInfo } from './public-key-info.ts';

/** A private key that svcauth may sign with or certify. */
export interface PrivateKey {
  readonly keyObject: KeyObject;
  readonly algorithm: KeyAlgorithm;
  readonly publicKeyInfo: PublicKeyInfo;
  /** PrivateKeyInfo (RFC 5958), unencrypted, in our own encoding. */
  readonly pkcs8: Uint8Array;
}

const SIZE_CAP = INPUT_CAPS['private key'];

/**
 * Reads one private key: PKCS#8 plain or encrypted, SEC1 or PKCS#1. It may be DER, or the only private key in a PEM text. `what`
 * names it in messages. Throws ERR_KEY_FORMAT, ERR_KEY_UNSUITABLE, ERR_KEY_ENCRYPTED (no passphrase given) and the errors of
 * `decryptPrivateKey`.
 */
export async function parsePrivateKey(
  bytes: Uint8Array,
  passphrase: Uint8Array | undefined,
  what = 'the private key',
): Promise<PrivateKey> {
  if (bytes.length > SIZE_CAP) throw unreadable(what, `it is larger than ${SIZE_CAP} bytes`);
  const der = isPem(bytes) ? findInPem(bytes, what) : bytes;
  const form = privateKeyForm(der);
  if (form === undefined) throw unreadable(what, 'it is not a private key');
  if (form !== 'encrypted PKCS#8') return readPlain(der, form, what);
  if (passphrase === undefined) throw failure('ERR_KEY_ENCRYPTED', { what });
  return readPlain(await decryptPrivateKey(der, passphrase, what), 'PKCS#8', what);
}

function findInPem(bytes: Uint8Array, what: string): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1');
  if (text.includes('Proc-Type: 4,ENCRYPTED')) {
    throw failure('ERR_KEY_ENCRYPTION', { what, scheme: 'legacy PEM encryption (Proc-Type, DEK-Info)' });
  }
  try {
    const blocks = decodePem(text);
    const [key, another] = blocks.filter(block => block.label.endsWith('PRIVATE KEY'));
    if (another !== undefined) throw unreadable(what, 'it contains more than one private key');
    if (key !== undefined) return key.der;
    throw unreadable(what, `it contains ${blocks.map(block => quote(block.label)).join(', ')}`);
  } catch (cause) {
    if (cause instanceof PemError) throw unreadable(what, cause.message, cause);
    throw cause;
  }
}

function readPlain(der: Uint8Array, form: 'PKCS#8' | 'SEC1' | 'PKCS#1', what: string): PrivateKey {
  try {
    return openKey(decodePrivateKeyInfo(der, form), what);
  } catch (cause) {
    if (cause instanceof DerError) throw unreadable(what, cause.message, cause);
    throw cause;
  }
}

function openKey(info: PrivateKeyInfo, what: string): PrivateKey {
  switch (info.oid) {
    case OID.ecPublicKey:
      return openEc(info, what);
    case OID.ed25519:
      return openEd25519(info, what);
    case OID.rsaEncryption:
      return openRsa(info, what);
    default:
      throw unsuitable(what, `its algorithm is ${oidName(info.oid) ?? info.oid}`);
  }
}

/** Computes the public key from the scalar. A public key in the file must be equal to it. */
function openEc(info: PrivateKeyInfo, what: string): PrivateKey {
  const { scalar, parameters, point } = decodeEcPrivateKey(info.privateKey);
  const curve = namedCurve(info.parameters ?? parameters);
  const algorithm = keyAlgorithmOf(curve === undefined ? { kind: 'other', label: '' } : { kind: 'ec', curve });
  if (algorithm?.kind !== 'ec') {
    throw unsuitable(what, `it is an EC key on ${curve ?? 'an unknown curve'}; svcauth uses P-256 and P-384`);
  }
  const ours = publicPoint(algorithm, scalar);
  if (ours === undefined) throw unsuitable(what, `its scalar is not between 1 and the order of ${curve}`);
  if (point !== undefined && !equalBytes(uncompressed(algorithm, point), ours)) throw mismatch(what);
  const { pkcs8, publicKey } = ecKeyPair(algorithm, stripZeros(scalar), ours);
  return {
    keyObject: fromPkcs8(pkcs8),
    algorithm,
    publicKeyInfo: decodePublicKeyInfo(new DerReader(publicKey)),
    pkcs8,
  };
}

function publicPoint({ curve }: EcAlgorithm, scalar: Uint8Array): Uint8Array | undefined {
  const ecdh = createECDH(curve);
  try {
    ecdh.setPrivateKey(scalar);
    return ecdh.getPublicKey();
  } catch {
    return undefined;
  }
}

/** Converts a point to its uncompressed form. An invalid point is returned unchanged, so it differs from every valid one. */
function uncompressed({ curve }: EcAlgorithm, point: Uint8Array): Uint8Array {
  try {
    return ECDH.convertKey(point, curve, undefined, undefined, 'uncompressed') as Buffer;
  } catch {
    return point;
  }
}

function stripZeros(scalar: Uint8Array): Uint8Array {
  const start = scalar.findIndex(byte => byte !== 0);
  return scalar.subarray(Math.max(0, start));
}

/** Reads a CurvePrivateKey (RFC 8410 §7). */
function openEd25519(info: PrivateKeyInfo, what: string): PrivateKey {
  const reader = new DerReader(info.privateKey);
  const seed = reader.content(TAG.octetString, 'the Ed25519 seed');
  reader.finish('the Ed25519 seed');
  if (seed.length !== 32) throw unreadable(what, `an Ed25519 seed has ${seed.length} octets instead of 32`);
  const algorithm = KEY_ALGORITHMS.ed25519;
  const pkcs8 = sequence(integer(0), algorithm.keyAlgorithmDer, octetString(octetString(seed)));
  const keyObject = fromPkcs8(pkcs8);
  const publicKeyInfo = publicHalf(keyObject);
  if (info.publicKeyBits !== undefined && !equalBytes(info.publicKeyBits, publicKeyInfo.bits)) throw mismatch(what);
  return { keyObject, algorithm, publicKeyInfo, pkcs8 };
}

function openRsa(info: PrivateKeyInfo, what: string): PrivateKey {
  const keyObject = rsaKeyObject(info.privateKey);
  if (keyObject === undefined) throw unreadable(what, 'OpenSSL cannot read it as an RSA key');
  const publicKeyInfo = publicHalf(keyObject);
  const publicKey = decodePublicKey(publicKeyInfo);
  const algorithm = keyAlgorithmOf(publicKey);
  if (algorithm === undefined)
    throw unsuitable(what, `it is ${publicKeyLabel(publicKey)}; svcauth uses RSA 2048, 3072 and 4096`);
  if (publicKey.kind === 'rsa' && publicKey.exponent !== 65537n) {
    throw unsuitable(what, `its public exponent is ${publicKey.exponent} instead of 65537`);
  }
  if (!signsForItself(keyObject)) throw mismatch(what);
  return {
    keyObject,
    algorithm,
    publicKeyInfo,
    pkcs8: new Uint8Array(keyObject.export({ format: 'der', type: 'pkcs8' })),
  };
}

function rsaKeyObject(der: Uint8Array): KeyObject | undefined {
  try {
    return createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs1' });
  } catch {
    return undefined;
  }
}

/** Checks that an RSA key verifies its own signature, because the numbers in its file may be inconsistent. */
function signsForItself(keyObject: KeyObject): boolean {
  const message = utf8('svcauth');
  try {
    return verify('sha256', message, createPublicKey(keyObject), sign('sha256', message, keyObject));
  } catch {
    return false;
  }
}

const fromPkcs8 = (pkcs8: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });

function publicHalf(keyObject: KeyObject): PublicKeyInfo {
  const spki = createPublicKey(keyObject).export({ format: 'der', type: 'spki' });
  return decodePublicKeyInfo(new DerReader(new Uint8Array(spki)));
}

const unreadable = (what: string, reason: string, cause?: unknown) =>
  failure('ERR_KEY_FORMAT', { what, reason }, cause);
const unsuitable = (what: string, reason: string) => failure('ERR_KEY_UNSUITABLE', { what, reason });
const mismatch = (what: string) => unsuitable(what, 'its public half does not belong to its private half');
