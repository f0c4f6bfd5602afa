import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { utf8 } from '../../../src/pki/bytes.ts';
import {
  bitString,
  contextTag,
  DER_NULL,
  integer,
  octetString,
  oid,
  sequence,
  tlv,
} from '../../../src/pki/der/writer.ts';
import { KEY_ALGORITHMS, KEY_ALGORITHM_NAMES } from '../../../src/pki/key/algorithm.ts';
import { encryptPrivateKey } from '../../../src/pki/key/encryption.ts';
import { generateKeyPair } from '../../../src/pki/key/pair.ts';
import { OID } from '../../../src/pki/oids.ts';
import { PBES2_RANDOM_LENGTH } from '../../../src/pki/key/pbes2.ts';
import { encodePem } from '../../../src/pki/pem.ts';
import { parsePrivateKey } from '../../../src/pki/key/private-key.ts';
import { rejectionOf } from '../../support/errors.ts';
import { seededRandom } from '../../support/world/random.ts';

const random = seededRandom('private keys');
const passphrase = utf8('open sesame');

const p256 = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
const p384 = generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).privateKey;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const ed25519 = generateKeyPairSync('ed25519').privateKey;

const pkcs8Of = (key: KeyObject) => new Uint8Array(key.export({ format: 'der', type: 'pkcs8' }));
const spkiOf = (key: KeyObject) => new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }));
const pemOf = (key: KeyObject, type: 'pkcs8' | 'sec1' | 'pkcs1') => utf8(key.export({ format: 'pem', type }) as string);
const derOf = (key: KeyObject, type: 'sec1' | 'pkcs1') => new Uint8Array(key.export({ format: 'der', type }));

describe('reading a private key', () => {
  test.each<[string, KeyObject, Uint8Array]>([
    ['P-256 as PKCS#8 PEM', p256, pemOf(p256, 'pkcs8')],
    ['P-256 as PKCS#8 DER', p256, pkcs8Of(p256)],
    ['P-256 as SEC1 PEM', p256, pemOf(p256, 'sec1')],
    ['P-256 as SEC1 DER', p256, derOf(p256, 'sec1')],
    ['P-384 as SEC1 PEM', p384, pemOf(p384, 'sec1')],
    ['RSA as PKCS#8 PEM', rsa, pemOf(rsa, 'pkcs8')],
    ['RSA as PKCS#1 PEM', rsa, pemOf(rsa, 'pkcs1')],
    ['RSA as PKCS#1 DER', rsa, derOf(rsa, 'pkcs1')],
    ['Ed25519 as PKCS#8 PEM', ed25519, pemOf(ed25519, 'pkcs8')],
    ['Ed25519 as PKCS#8 DER', ed25519, pkcs8Of(ed25519)],
    ['the key of a PEM file that also holds parameters', p256, concat(ecParametersPem(), pemOf(p256, 'sec1'))],
    ['the key of a PEM file with a certificate before it', p256, concat(certificatePem(), pemOf(p256, 'pkcs8'))],
  ])('%s', async (_, key, bytes) => {
    const { pkcs8, publicKeyInfo, keyObject } = await parsePrivateKey(bytes, undefined);
    expect(pkcs8).toEqual(pkcs8Of(key));
    expect(publicKeyInfo.der).toEqual(spkiOf(key));
    expect(keyObject.equals(key)).toBe(true);
  });

  test.each(KEY_ALGORITHM_NAMES)('accepts %s as svcauth makes it, plain and encrypted', async name => {
    const { pkcs8, publicKey } = await generateKeyPair(KEY_ALGORITHMS[name]);
    const plain = await parsePrivateKey(utf8(encodePem('PRIVATE KEY', pkcs8)), undefined);
    expect(plain.algorithm).toBe(KEY_ALGORITHMS[name]);
    expect(plain.pkcs8).toEqual(pkcs8);
    expect(plain.publicKeyInfo.der).toEqual(publicKey);
    const encrypted = await encryptPrivateKey(pkcs8, passphrase, random(PBES2_RANDOM_LENGTH));
    const opened = await parsePrivateKey(utf8(encodePem('ENCRYPTED PRIVATE KEY', encrypted)), passphrase);
    expect(opened.pkcs8).toEqual(pkcs8);
  });

  test('accepts an EC key without its public key or without leading zeros of the scalar', async () => {
    const bare = ecPkcs8(OID.prime256v1, sequence(integer(1), octetString(Uint8Array.of(7))));
    const { pkcs8 } = await parsePrivateKey(bare, undefined);
    const padded = new Uint8Array(32);
    padded[31] = 7;
    const full = ecPkcs8(OID.prime256v1, sequence(integer(1), octetString(padded)));
    expect((await parsePrivateKey(full, undefined)).pkcs8).toEqual(pkcs8);
    expect(createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' }).type).toBe('private');
  });

  test('accepts an EC key with a compressed public key', async () => {
    const plain = derOf(p256, 'sec1');
    const scalar = plain.subarray(7, 39);
    const point = spkiOf(p256).subarray(-65);
    const compressed = Uint8Array.of(2 + (point[64]! & 1), ...point.subarray(1, 33));
    const key = sequence(integer(1), octetString(scalar), tlv(contextTag(1, true), bitString(compressed)));
    expect((await parsePrivateKey(ecPkcs8(OID.prime256v1, key), undefined)).publicKeyInfo.der).toEqual(spkiOf(p256));
  });
});

const ecPkcs8 = (curve: string, ecPrivateKey: Uint8Array): Uint8Array =>
  sequence(integer(0), sequence(oid(OID.ecPublicKey), oid(curve)), octetString(ecPrivateKey));

describe('an unsuitable private key', () => {
  const p521 = generateKeyPairSync('ec', { namedCurve: 'secp521r1' }).privateKey;
  const rsa1024 = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
  const rsaE3 = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 }).privateKey;
  const koblitz = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey;
  const otherPoint = tlv(contextTag(1, true), bitString(spkiOf(p256).subarray(-65)));
  const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');

  test.each<[string, Uint8Array, string]>([
    ['on P-521', pkcs8Of(p521), 'it is an EC key on P-521; svcauth uses P-256 and P-384'],
    ['on secp256k1', pkcs8Of(koblitz), 'it is an EC key on an unknown curve'],
    ['RSA 1024', pkcs8Of(rsa1024), 'it is RSA 1024; svcauth uses RSA 2048, 3072 and 4096'],
    ['RSA with e = 3', pkcs8Of(rsaE3), 'its public exponent is 3 instead of 65537'],
    ['Ed448', pkcs8Of(generateKeyPairSync('ed448').privateKey), 'its algorithm is ed448'],
    ['for key agreement', pkcs8Of(generateKeyPairSync('x25519').privateKey), 'its algorithm is 1.3.101.110'],
    [
      'with a scalar of zero',
      ecPkcs8(OID.prime256v1, sequence(integer(1), octetString(new Uint8Array(32)))),
      'between 1',
    ],
    [
      'with a scalar of n',
      ecPkcs8(OID.prime256v1, sequence(integer(1), octetString(order))),
      'its scalar is not between 1',
    ],
    [
      'with the public key of another',
      ecPkcs8(OID.prime256v1, sequence(integer(1), octetString(Uint8Array.of(7)), otherPoint)),
      'its public half does not belong to its private half',
    ],
    ['RSA with inconsistent numbers', brokenRsa(), 'its public half does not belong to its private half'],
  ])('%s', async (_, der, reason) => {
    const error = await rejectionOf(parsePrivateKey(der, undefined, '"ca.key"'));
    expect(error).toMatchObject({ code: 'ERR_KEY_UNSUITABLE', exitStatus: 2 });
    expect(error.message).toContain(`"ca.key" cannot be used: `);
    expect(error.message).toContain(reason);
  });
});

/** Changes the private exponent and the CRT exponents. The result is an RSAPrivateKey that cannot sign. */
function brokenRsa(): Uint8Array {
  const jwkFree = derOf(rsa, 'pkcs1');
  const spoilt = Uint8Array.from(jwkFree);
  for (let i = spoilt.length - 40; i < spoilt.length - 30; i++) spoilt[i]! ^= 0x55;
  for (let i = 350; i < 360; i++) spoilt[i]! ^= 0x55;
  return spoilt;
}

describe('bytes that are not a usable private key', () => {
  test.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(), 'it is not a private key'],
    ['text', utf8('hello'), 'it is not a private key'],
    ['a public key', spkiOf(p256), 'it is not a private key'],
    ['a PEM certificate', certificatePem(), 'it contains "CERTIFICATE"'],
    [
      'an OpenSSH key',
      utf8('-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n'),
      'it is not a private key',
    ],
    ['two keys', concat(pemOf(p256, 'pkcs8'), pemOf(rsa, 'pkcs8')), 'it contains more than one private key'],
    ['a cut-off PEM', pemOf(p256, 'pkcs8').subarray(0, 100), 'a PRIVATE KEY block has no END line'],
    ['trailing bytes', Uint8Array.of(...pkcs8Of(p256), 0), 'trailing bytes'],
    ['1 MiB and a byte', new Uint8Array(1024 * 1024 + 1), 'it is larger than 1048576 bytes'],
    [
      'a short Ed25519 seed',
      sequence(integer(0), sequence(oid(OID.ed25519)), octetString(octetString(Uint8Array.of(1)))),
      '1 octets instead of 32',
    ],
    [
      'RSA of nothing',
      sequence(integer(0), sequence(oid(OID.rsaEncryption), DER_NULL), octetString(sequence())),
      'OpenSSL cannot read it',
    ],
  ])('is refused: %s', async (_, bytes, reason) => {
    const error = await rejectionOf(parsePrivateKey(bytes, undefined, '"ca.key"'));
    expect(error).toMatchObject({ code: 'ERR_KEY_FORMAT', exitStatus: 2 });
    expect(error.message).toContain(reason);
  });

  test('reports that an encrypted key needs a passphrase', async () => {
    const der = await encryptPrivateKey(pkcs8Of(p256), passphrase, random(PBES2_RANDOM_LENGTH));
    expect(await rejectionOf(parsePrivateKey(der, undefined))).toMatchObject({
      code: 'ERR_KEY_ENCRYPTED',
      exitStatus: 8,
    });
  });

  test('names the legacy encryption of PEM', async () => {
    const pem = p256.export({ format: 'pem', type: 'sec1', cipher: 'aes-128-cbc', passphrase: 'x' }) as string;
    const error = await rejectionOf(parsePrivateKey(utf8(pem), utf8('x')));
    expect(error.code).toBe('ERR_KEY_ENCRYPTION');
    expect(error.message).toContain('Proc-Type');
  });
});

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function ecParametersPem(): Uint8Array {
  return utf8('-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n');
}

function certificatePem(): Uint8Array {
  return utf8('-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n');
}
