// The table of key algorithms that svcauth generates: each with its signature algorithm and their encoded identifiers.
// Options, policies, services files, key generation, issuance and lint look algorithms up here. It holds no key.
import { parseChoice } from '../../text/choice.ts';
import { DER_NULL, oid, sequence } from '../der/writer.ts';
import { OID } from '../oids.ts';

export type KeyAlgorithmName = 'ecdsa-p256' | 'ecdsa-p384' | 'ed25519' | 'rsa-2048' | 'rsa-3072' | 'rsa-4096';

/** A key type together with the only signature scheme that svcauth uses with it. */
export type KeyAlgorithm = {
  readonly name: KeyAlgorithmName;
  /** The name in text, such as `ECDSA P-256`. */
  readonly label: string;
  /** AlgorithmIdentifier of a SubjectPublicKeyInfo. */
  readonly keyAlgorithmDer: Uint8Array;
  /** AlgorithmIdentifier of a signature made with it. */
  readonly signatureAlgorithmDer: Uint8Array;
  readonly signatureOid: string;
  /** The hash function of the signature; null if the scheme includes its own. */
  readonly digest: 'sha256' | 'sha384' | null;
} & (
  | { readonly kind: 'ec'; readonly curve: 'prime256v1' | 'secp384r1'; readonly scalarLength: number }
  | { readonly kind: 'ed25519' }
  | { readonly kind: 'rsa'; readonly modulusBits: 2048 | 3072 | 4096 }
);

// ECDSA and Ed25519: parameters absent (RFC 5758 §3.2, RFC 8410 §3). RSA: parameters NULL (RFC 4055 §5).
const bare = (dotted: string): Uint8Array => sequence(oid(dotted));
const withNull = (dotted: string): Uint8Array => sequence(oid(dotted), DER_NULL);

const rsa = (modulusBits: 2048 | 3072 | 4096): KeyAlgorithm => ({
  name: `rsa-${modulusBits}`,
  label: `RSA ${modulusBits}`,
  kind: 'rsa',
  modulusBits,
  keyAlgorithmDer: withNull(OID.rsaEncryption),
  signatureAlgorithmDer: withNull(OID.sha256WithRSAEncryption),
  signatureOid: OID.sha256WithRSAEncryption,
  digest: 'sha256',
});

export const KEY_ALGORITHMS: Readonly<Record<KeyAlgorithmName, KeyAlgorithm>> = {
  'ecdsa-p256': {
    name: 'ecdsa-p256',
    label: 'ECDSA P-256',
    kind: 'ec',
    curve: 'prime256v1',
    scalarLength: 32,
    keyAlgorithmDer: sequence(oid(OID.ecPublicKey), oid(OID.prime256v1)),
    signatureAlgorithmDer: bare(OID.ecdsaWithSHA256),
    signatureOid: OID.ecdsaWithSHA256,
    digest: 'sha256',
  },
  'ecdsa-p384': {
    name: 'ecdsa-p384',
    label: 'ECDSA P-384',
    kind: 'ec',
    curve: 'secp384r1',
    scalarLength: 48,
    keyAlgorithmDer: sequence(oid(OID.ecPublicKey), oid(OID.secp384r1)),
    signatureAlgorithmDer: bare(OID.ecdsaWithSHA384),
    signatureOid: OID.ecdsaWithSHA384,
    digest: 'sha384',
  },
  ed25519: {
    name: 'ed25519',
    label: 'Ed25519',
    kind: 'ed25519',
    keyAlgorithmDer: bare(OID.ed25519),
    signatureAlgorithmDer: bare(OID.ed25519),
    signatureOid: OID.ed25519,
    digest: null,
  },
  'rsa-2048': rsa(2048),
  'rsa-3072': rsa(3072),
  'rsa-4096': rsa(4096),
};

export const KEY_ALGORITHM_NAMES = Object.keys(KEY_ALGORITHMS) as readonly KeyAlgorithmName[];
export const parseKeyAlgorithm = (text: string): KeyAlgorithmName =>
  parseChoice(text, 'a key algorithm', KEY_ALGORITHM_NAMES);
