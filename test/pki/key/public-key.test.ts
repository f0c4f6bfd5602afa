import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { DerReader } from '../../../src/pki/der/reader.ts';
import { bitString, DER_NULL, integer, oid, sequence } from '../../../src/pki/der/writer.ts';
import { OID } from '../../../src/pki/oids.ts';
import { decodePublicKeyInfo } from '../../../src/pki/key/public-key-info.ts';
import { decodePublicKey, publicKeyLabel, publicKeyProblem } from '../../../src/pki/key/public-key.ts';

const info = (der: Uint8Array) => decodePublicKeyInfo(new DerReader(der));
const spki = (algorithm: Uint8Array, bits: Uint8Array) => info(sequence(algorithm, bitString(bits)));

const P256 = sequence(oid(OID.ecPublicKey), oid(OID.prime256v1));
const ED25519 = sequence(oid(OID.ed25519));
const RSA = sequence(oid(OID.rsaEncryption), DER_NULL);

const odd2048 = BigInt(
  `0x${generateKeyPairSync('rsa', { modulusLength: 2048 })
    .publicKey.export({ format: 'der', type: 'pkcs1' })
    .subarray(9, 9 + 256)
    .toString('hex')}`,
);
const rsa = (modulus: bigint, exponent: bigint) => spki(RSA, sequence(integer(modulus), integer(exponent)));
const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));

describe('a public key that must not be certified', () => {
  test.each([
    [
      'an EC point off its curve',
      spki(P256, Uint8Array.of(4, ...new Uint8Array(64).fill(1))),
      'its point is not on P-256',
    ],
    ['the point at infinity', spki(P256, Uint8Array.of(0)), 'its point is not uncompressed'],
    ['a compressed point', spki(P256, Uint8Array.of(2, ...new Uint8Array(32))), 'its point is not uncompressed'],
    [
      'an unknown curve',
      spki(sequence(oid(OID.ecPublicKey), oid('1.3.132.0.10')), Uint8Array.of(4)),
      'EC on curve 1.3.132.0.10',
    ],
    ['a curve spelt out', spki(sequence(oid(OID.ecPublicKey), sequence()), Uint8Array.of(4)), 'without a named curve'],
    ['a short Ed25519 key', spki(ED25519, Uint8Array.of(1, 2)), 'it has 2 octets instead of 32'],
    ['Ed25519 with parameters', spki(sequence(oid(OID.ed25519), DER_NULL), new Uint8Array(32)), 'RFC 8410'],
    ['the neutral point of Ed25519', spki(ED25519, hex(`01${'00'.repeat(31)}`)), 'small order'],
    ['the same with its sign bit', spki(ED25519, hex(`01${'00'.repeat(30)}80`)), 'small order'],
    [
      'a point of order 8',
      spki(ED25519, hex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05')),
      'small order',
    ],
    ['RSA 2047', rsa(2n ** 2047n - 1n, 65537n), 'RSA 2047 is too short'],
    ['RSA 16384', rsa(2n ** 16384n - 1n, 65537n), 'RSA 16384 is too long'],
    ['RSA with e = 1', rsa(odd2048, 1n), 'its public exponent is 1 instead of 65537'],
    ['RSA with e = 65536', rsa(odd2048, 65536n), 'its public exponent is 65536'],
    ['RSA divisible by 751', rsa((2n ** 2048n / 751n / 2n) * 2n * 751n + 751n, 65537n), 'divisible by'],
    [
      'RSA without its NULL',
      spki(sequence(oid(OID.rsaEncryption)), sequence(integer(odd2048), integer(65537))),
      'not NULL',
    ],
    ['Ed448', spki(sequence(oid(OID.ed448)), new Uint8Array(57)), 'ed448 is not an algorithm svcauth certifies'],
  ])('is %s', (_, key, reason) => {
    expect(publicKeyProblem(key)).toContain(reason);
  });

  test('rejects RSA with a negative modulus as malformed', () => {
    const negative = spki(RSA, sequence(hex('0203800001'), integer(65537)));
    expect(() => decodePublicKey(negative)).toThrow('negative');
  });
});

test('names the algorithms of keys', () => {
  expect(publicKeyLabel(decodePublicKey(rsa(odd2048, 65537n)))).toBe('RSA 2048');
  expect(publicKeyLabel(decodePublicKey(spki(P256, Uint8Array.of(4))))).toBe('ECDSA P-256');
  expect(
    publicKeyLabel(decodePublicKey(spki(sequence(oid(OID.ecPublicKey), oid(OID.secp521r1)), Uint8Array.of(4)))),
  ).toBe('ECDSA P-521');
});
