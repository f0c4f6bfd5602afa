import { createECDH, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { DerReader } from '../../../src/pki/der/reader.ts';
import { KEY_ALGORITHMS, KEY_ALGORITHM_NAMES } from '../../../src/pki/key/algorithm.ts';
import { ecKeyPair, generateKeyPair } from '../../../src/pki/key/pair.ts';
import { decodePublicKeyInfo } from '../../../src/pki/key/public-key-info.ts';
import { decodePublicKey, keyAlgorithmOf, publicKeyProblem } from '../../../src/pki/key/public-key.ts';

const der = (bytes: Uint8Array) => Buffer.from(bytes);

describe.each(KEY_ALGORITHM_NAMES)('a new %s key', name => {
  const algorithm = KEY_ALGORITHMS[name];

  test('has that algorithm, may be certified, and its halves match', async () => {
    const pair = await generateKeyPair(algorithm);
    const info = decodePublicKeyInfo(new DerReader(pair.publicKey));
    expect(publicKeyProblem(info)).toBeUndefined();
    expect(keyAlgorithmOf(decodePublicKey(info))).toBe(algorithm);
    expect(info.bits).toEqual(pair.publicKeyBits);
    expect(info.algorithm.der).toEqual(algorithm.keyAlgorithmDer);
    const privateKey = createPrivateKey({ key: der(pair.pkcs8), format: 'der', type: 'pkcs8' });
    const publicKey = createPublicKey({ key: der(pair.publicKey), format: 'der', type: 'spki' });
    const message = Buffer.from('message');
    expect(verify(algorithm.digest, message, publicKey, sign(algorithm.digest, message, privateKey))).toBe(true);
  });

  test('has the encoding of OpenSSL', async () => {
    const { pkcs8, publicKey } = await generateKeyPair(algorithm);
    const key = createPrivateKey({ key: der(pkcs8), format: 'der', type: 'pkcs8' });
    expect(new Uint8Array(key.export({ format: 'der', type: 'pkcs8' }))).toEqual(pkcs8);
    expect(new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }))).toEqual(publicKey);
  });
});

describe('EC key pairs', () => {
  const p256 = KEY_ALGORITHMS['ecdsa-p256'] as Parameters<typeof ecKeyPair>[0];

  test('differ from each other', () => {
    const keys = Array.from({ length: 100 }, () => generateKeyPair(p256));
    expect(new Set(keys.map(key => der(key.pkcs8).toString('hex'))).size).toBe(100);
    expect(new Set(keys.map(key => der(key.publicKey).toString('hex'))).size).toBe(100);
  });

  test('have a scalar of full length even if it begins with zeros', () => {
    const scalar = Uint8Array.of(7);
    const ecdh = createECDH('prime256v1');
    ecdh.setPrivateKey(scalar);
    const { pkcs8 } = ecKeyPair(p256, scalar, ecdh.getPublicKey());
    expect(der(pkcs8).toString('hex')).toContain(`0420${'00'.repeat(31)}07`);
    const key = createPrivateKey({ key: der(pkcs8), format: 'der', type: 'pkcs8' });
    expect(new Uint8Array(key.export({ format: 'der', type: 'pkcs8' }))).toEqual(pkcs8);
  });
});
