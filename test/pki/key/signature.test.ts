import { createPrivateKey } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { decodeAlgorithmIdentifier } from '../../../src/pki/key/algorithm-identifier.ts';
import { utf8 } from '../../../src/pki/bytes.ts';
import { DerReader } from '../../../src/pki/der/reader.ts';
import { DER_NULL, oid, sequence } from '../../../src/pki/der/writer.ts';
import { KEY_ALGORITHMS, KEY_ALGORITHM_NAMES } from '../../../src/pki/key/algorithm.ts';
import { generateKeyPair } from '../../../src/pki/key/pair.ts';
import { OID } from '../../../src/pki/oids.ts';
import { decodePublicKeyInfo, type PublicKeyInfo } from '../../../src/pki/key/public-key-info.ts';
import { signatureScheme, signerOf, verifySignature } from '../../../src/pki/key/signature.ts';
import { describeVectors } from '../../support/vectors.ts';

const identifier = (der: Uint8Array) => decodeAlgorithmIdentifier(new DerReader(der), 'the algorithm');
const message = utf8('to be signed');

describe.each(KEY_ALGORITHM_NAMES)('a signature with %s', name => {
  const algorithm = KEY_ALGORITHMS[name];

  test('verifies only the signed bytes', async () => {
    const { pkcs8, publicKey } = await generateKeyPair(algorithm);
    const signature = signerOf(
      createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' }),
      algorithm,
    )(message);
    const info = decodePublicKeyInfo(new DerReader(publicKey));
    const signedWith = identifier(algorithm.signatureAlgorithmDer);
    expect(verifySignature(signedWith, info, message, signature)).toBe(true);
    expect(verifySignature(signedWith, info, utf8('to be signet'), signature)).toBe(false);
    expect(verifySignature(signedWith, info, message, signature.subarray(1))).toBe(false);
    expect(verifySignature(signedWith, info, message, new Uint8Array())).toBe(false);
  });
});

describe('a signature algorithm', () => {
  test.each([
    ['ECDSA with parameters', sequence(oid(OID.ecdsaWithSHA256), DER_NULL)],
    ['RSA without its NULL', sequence(oid(OID.sha256WithRSAEncryption))],
    ['Ed25519 with parameters', sequence(oid(OID.ed25519), DER_NULL)],
    ['RSA with SHA-1', sequence(oid(OID.sha1WithRSAEncryption), DER_NULL)],
    ['a key algorithm', sequence(oid(OID.rsaEncryption), DER_NULL)],
  ])('is not taken: %s', (_, der) => {
    expect(signatureScheme(identifier(der))).toBeUndefined();
  });

  test('never verifies with a key of another kind', async () => {
    const { publicKey } = generateKeyPair(KEY_ALGORITHMS['ecdsa-p256'] as never);
    const info = decodePublicKeyInfo(new DerReader(publicKey));
    const rsa = identifier(KEY_ALGORITHMS['rsa-2048'].signatureAlgorithmDer);
    expect(verifySignature(rsa, info, message, new Uint8Array(256))).toBe(false);
  });
});

interface SignatureVectors {
  readonly testGroups: readonly {
    readonly publicKeyDer: string;
    readonly tests: readonly {
      readonly tcId: number;
      readonly comment: string;
      readonly msg: string;
      readonly sig: string;
      readonly result: 'valid' | 'invalid' | 'acceptable';
    }[];
  }[];
}

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

describe.each([
  ['crypto/wycheproof-ecdsa_secp256r1_sha256.json', KEY_ALGORITHMS['ecdsa-p256']],
  ['crypto/wycheproof-ecdsa_secp384r1_sha384.json', KEY_ALGORITHMS['ecdsa-p384']],
  ['crypto/wycheproof-ed25519.json', KEY_ALGORITHMS.ed25519],
  ['crypto/wycheproof-rsa_signature_2048_sha256.json', KEY_ALGORITHMS['rsa-2048']],
] as const)('%s', (file, { signatureAlgorithmDer }) => {
  describeVectors<SignatureVectors>(file, 'verdicts', ({ testGroups }) => {
    test('agree with svcauth', () => {
      const wrong: string[] = [];
      for (const group of testGroups) {
        const key: PublicKeyInfo = decodePublicKeyInfo(new DerReader(hex(group.publicKeyDer)));
        for (const { tcId, comment, msg, sig, result } of group.tests) {
          const verified = verifySignature(identifier(signatureAlgorithmDer), key, hex(msg), hex(sig));
          if (result !== 'acceptable' && verified !== (result === 'valid')) wrong.push(`${tcId} ${comment}: ${result}`);
        }
      }
      expect(wrong).toEqual([]);
    });
  });
});
