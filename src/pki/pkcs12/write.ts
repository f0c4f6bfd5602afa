// Packs a private key, its certificate and its chain into a PKCS#12 file.
// The outputs of `deployment` call it. It makes no random bytes and no choice of passphrase: both are arguments.
import { createHash, createHmac } from 'node:crypto';
import { contextTag, DER_NULL, integer, octetString, oid, sequence, setOf, tlv, TAG } from '../der/writer.ts';
import { encryptPrivateKey } from '../key/encryption.ts';
import { OID } from '../oids.ts';
import { encryptPbes2, PBES2_RANDOM_LENGTH } from '../key/pbes2.ts';
import { bmpPassword, derivePkcs12Key } from './kdf.ts';

/** A private key with its certificate and chain. */
export interface Pkcs12Content {
  /** The friendlyName, which programs display and Java uses as alias. */
  readonly name: string;
  /** PrivateKeyInfo. */
  readonly pkcs8: Uint8Array;
  /** DER, the leaf first, then its chain. */
  readonly certificates: readonly Uint8Array[];
}

const MAC_SALT_LENGTH = 16;
export const PKCS12_RANDOM_LENGTH = 2 * PBES2_RANDOM_LENGTH + MAC_SALT_LENGTH;

/** The iterations of the MAC: ten times those of keytool. The derivation runs in JavaScript and takes about 100 ms. */
const MAC_ITERATIONS = 100_000;

/**
 * Encodes a PFX (RFC 7292) that OpenSSL 1.1, Java 8u301 and all newer versions read. Key and certificates are encrypted with
 * PBES2; an HMAC-SHA-256 protects the file. `random` is PKCS12_RANDOM_LENGTH fresh random bytes; the passphrase is UTF-8.
 */
export async function encodePkcs12(
  { name, pkcs8, certificates }: Pkcs12Content,
  passphrase: Uint8Array,
  random: Uint8Array,
): Promise<Uint8Array> {
  if (random.length !== PKCS12_RANDOM_LENGTH)
    throw new RangeError(`PKCS#12 takes ${PKCS12_RANDOM_LENGTH} random octets`);
  const [forKey, forCertificates] = [random.subarray(0, PBES2_RANDOM_LENGTH), random.subarray(-PBES2_RANDOM_LENGTH)];
  const salt = random.subarray(PBES2_RANDOM_LENGTH, -PBES2_RANDOM_LENGTH);
  const leafAttributes = [
    // any octets, equal for the key and its certificate; other programs also use the fingerprint
    attribute(OID.localKeyId, octetString(createHash('sha1').update(certificates[0]!).digest())),
    attribute(OID.friendlyName, tlv(TAG.bmpString, bmpText(name))),
  ];
  const certificateBags = certificates.map((der, index) => {
    const value = sequence(oid(OID.x509CertificateBag), tlv(contextTag(0, true), octetString(der)));
    return bag(OID.certBag, value, index === 0 ? leafAttributes : []);
  });
  const [encryptedKey, encryptedCertificates] = await Promise.all([
    encryptPrivateKey(pkcs8, passphrase, forKey),
    encryptPbes2(sequence(...certificateBags), passphrase, forCertificates),
  ]);
  const safe = sequence(
    contentInfo(OID.pkcs7EncryptedData, encryptedData(encryptedCertificates)),
    contentInfo(OID.pkcs7Data, octetString(sequence(bag(OID.pkcs8ShroudedKeyBag, encryptedKey, leafAttributes)))),
  );
  return sequence(integer(3), contentInfo(OID.pkcs7Data, octetString(safe)), macData(safe, passphrase, salt));
}

const contentInfo = (type: string, content: Uint8Array): Uint8Array =>
  sequence(oid(type), tlv(contextTag(0, true), content));

/** Encodes EncryptedData (RFC 5652 §8) with its EncryptedContent as an IMPLICIT OCTET STRING. */
const encryptedData = ({ algorithm, ciphertext }: Awaited<ReturnType<typeof encryptPbes2>>): Uint8Array =>
  sequence(integer(0), sequence(oid(OID.pkcs7Data), algorithm, tlv(contextTag(0, false), ciphertext)));

/** Encodes a SafeBag (RFC 7292 §4.2). */
const bag = (type: string, value: Uint8Array, attributes: readonly Uint8Array[]): Uint8Array =>
  sequence(oid(type), tlv(contextTag(0, true), value), ...(attributes.length === 0 ? [] : [setOf(...attributes)]));

const attribute = (type: string, value: Uint8Array): Uint8Array => sequence(oid(type), setOf(value));

const bmpText = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'utf16le').swap16());

/** Encodes MacData (RFC 7292 §4, appendix B). */
function macData(safe: Uint8Array, passphrase: Uint8Array, salt: Uint8Array): Uint8Array {
  const key = derivePkcs12Key('mac', 'sha256', bmpPassword(passphrase), salt, MAC_ITERATIONS, 32);
  const digest = createHmac('sha256', key).update(safe).digest();
  return sequence(
    sequence(sequence(oid(OID.sha256), DER_NULL), octetString(digest)),
    octetString(salt),
    integer(MAC_ITERATIONS),
  );
}
