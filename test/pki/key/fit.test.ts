import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { utf8 } from '../../../src/pki/bytes.ts';
import { DerReader } from '../../../src/pki/der/reader.ts';
import { KEY_ALGORITHMS } from '../../../src/pki/key/algorithm.ts';
import { generateKeyPair, type QuickKeyAlgorithm } from '../../../src/pki/key/pair.ts';
import { mayBeKeyOf } from '../../../src/pki/key/fit.ts';
import { encodePem } from '../../../src/pki/pem.ts';
import { decodePublicKeyInfo } from '../../../src/pki/key/public-key-info.ts';

const pair = (name: 'ecdsa-p256' | 'ecdsa-p384' | 'ed25519') => {
  const { pkcs8, publicKey } = generateKeyPair(KEY_ALGORITHMS[name] as QuickKeyAlgorithm);
  return { pem: utf8(encodePem('PRIVATE KEY', pkcs8)), publicKey: decodePublicKeyInfo(new DerReader(publicKey)) };
};

describe('a key file', () => {
  test.each(['ecdsa-p256', 'ecdsa-p384'] as const)('of %s fits its own public key and no other', name => {
    const [one, other] = [pair(name), pair(name)];
    expect(mayBeKeyOf(one.pem, one.publicKey)).toBe(true);
    expect(mayBeKeyOf(one.pem, other.publicKey)).toBe(false);
  });

  test('of RSA fits its own public key and no other', () => {
    const keys = [1, 2].map(() => generateKeyPairSync('rsa', { modulusLength: 1024 }));
    const [one, other] = keys.map(({ privateKey, publicKey }) => ({
      pem: utf8(privateKey.export({ type: 'pkcs8', format: 'pem' }) as string),
      publicKey: decodePublicKeyInfo(new DerReader(new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })))),
    }));
    expect(mayBeKeyOf(one!.pem, one!.publicKey)).toBe(true);
    expect(mayBeKeyOf(one!.pem, other!.publicKey)).toBe(false);
  });

  test('of Ed25519 fits every Ed25519 public key', () => {
    expect(mayBeKeyOf(pair('ed25519').pem, pair('ed25519').publicKey)).toBe(true);
  });

  test('that is empty, truncated or of another kind fits no public key', () => {
    const { pem, publicKey } = pair('ecdsa-p256');
    for (const bytes of [utf8(''), pem.subarray(0, 100), utf8(encodePem('CERTIFICATE', Uint8Array.of(0x30, 0)))]) {
      expect(mayBeKeyOf(bytes, publicKey)).toBe(false);
    }
  });
});
