import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DER_NULL, integer, octetString, oid, sequence } from '../../../src/pki/der/writer.ts';
import { decodeEncryptedPrivateKey, decryptPrivateKey, encryptPrivateKey } from '../../../src/pki/key/encryption.ts';
import { OID } from '../../../src/pki/oids.ts';
import { decryptPbes2, ITERATION_CAP, PBES2_RANDOM_LENGTH, type Pbes2 } from '../../../src/pki/key/pbes2.ts';
import { utf8 } from '../../../src/pki/bytes.ts';
import { decodePem, encodePem } from '../../../src/pki/pem.ts';
import { rejectionOf } from '../../support/errors.ts';
import { describeWith, run } from '../../support/programs.ts';
import { seededRandom } from '../../support/world/random.ts';
import { tempDirectory } from '../../support/world/temp-directory.ts';
import { describeVectors } from '../../support/vectors.ts';

const passphrase = utf8('correct horse battery staple');
const wrong = utf8('incorrect horse');
const pkcs8 = new Uint8Array(generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' }));
const random = seededRandom('key encryption');

describe('an encrypted key', () => {
  test('is decrypted byte for byte with its passphrase', async () => {
    const encrypted = await encryptPrivateKey(pkcs8, passphrase, random(PBES2_RANDOM_LENGTH));
    expect(await decryptPrivateKey(encrypted, passphrase)).toEqual(pkcs8);
  });

  test('is decrypted by OpenSSL', async () => {
    const der = await encryptPrivateKey(pkcs8, passphrase, random(PBES2_RANDOM_LENGTH));
    const options = {
      key: Buffer.from(der),
      format: 'der',
      type: 'pkcs8',
      passphrase: Buffer.from(passphrase),
    } as const;
    expect(new Uint8Array(createPrivateKey(options).export({ format: 'der', type: 'pkcs8' }))).toEqual(pkcs8);
  });

  test('uses PBKDF2-HMAC-SHA256 x 600,000 and AES-256-CBC with 16 octets each of salt and vector', async () => {
    const encrypted = await encryptPrivateKey(pkcs8, passphrase, random(PBES2_RANDOM_LENGTH));
    const { encryption } = decodeEncryptedPrivateKey(encrypted);
    expect(encryption).toMatchObject({
      scheme: 'PBES2',
      digest: 'sha256',
      iterations: 600_000n,
      cipher: 'aes-256-cbc',
    });
    expect((encryption as Pbes2).salt).toHaveLength(16);
    expect((encryption as Pbes2).iv).toHaveLength(16);
  });

  test('is not decrypted with a wrong passphrase, and the error does not repeat it', async () => {
    const encrypted = await encryptPrivateKey(pkcs8, passphrase, random(PBES2_RANDOM_LENGTH));
    const error = await rejectionOf(decryptPrivateKey(encrypted, wrong, 'the key of issuing-g1'));
    expect(error).toMatchObject({ code: 'ERR_PASSPHRASE_WRONG', exitStatus: 8 });
    expect(error.message).toBe('the passphrase does not decrypt the key of issuing-g1; nothing was changed');
    expect(JSON.stringify({ ...error, message: error.message })).not.toContain('incorrect');
  });

  test('reports a plaintext that is not a key as a wrong passphrase', async () => {
    for (const plaintext of ['', 'x', 'thirty-two octets of good padding']) {
      const encrypted = await encryptPrivateKey(utf8(plaintext), passphrase, random(PBES2_RANDOM_LENGTH));
      const error = await rejectionOf(decryptPrivateKey(encrypted, passphrase));
      expect(error.code).toBe('ERR_PASSPHRASE_WRONG');
    }
  });

  test.each(['aes-128-cbc', 'aes-192-cbc', 'aes-256-cbc'])(
    'is decrypted under %s with the SHA-1 default of RFC 8018',
    async cipher => {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
      const der = privateKey.export({ format: 'der', type: 'pkcs8', cipher, passphrase: Buffer.from(passphrase) });
      const plain = privateKey.export({ format: 'der', type: 'pkcs8' });
      expect(await decryptPrivateKey(der, passphrase)).toEqual(new Uint8Array(plain));
    },
  );
});

/** Makes an EncryptedPrivateKeyInfo with the given algorithm and 16 zero octets. */
const encryptedWith = (algorithm: Uint8Array): Uint8Array => sequence(algorithm, octetString(new Uint8Array(16)));

const pbes2 = (kdf: Uint8Array, cipher = sequence(oid(OID.aes256Cbc), octetString(new Uint8Array(16)))): Uint8Array =>
  encryptedWith(sequence(oid(OID.pbes2), sequence(kdf, cipher)));

const pbkdf2 = (iterations: number | bigint, ...more: readonly Uint8Array[]): Uint8Array =>
  sequence(oid(OID.pbkdf2), sequence(octetString(new Uint8Array(8)), integer(iterations), ...more));

describe('a key that svcauth does not decrypt', () => {
  test.each([
    ['PBES2 with scrypt', pbes2(sequence(oid(OID.scrypt), sequence()))],
    ['pbeWithMD5AndDES', encryptedWith(sequence(oid(OID.pbeWithMD5AndDES), sequence()))],
    ['pbeWithSHAAnd40BitRC2', encryptedWith(sequence(oid(OID.pbeWithSHAAnd40BitRC2), sequence()))],
    ['PBES2 with desEde3Cbc', pbes2(pbkdf2(1), sequence(oid(OID.desEde3Cbc), octetString(new Uint8Array(8))))],
    ['PBES2 with PBKDF2 and hmacWithSHA224', pbes2(pbkdf2(1, sequence(oid(OID.hmacWithSHA224), DER_NULL)))],
    ['1.2.3.4', encryptedWith(sequence(oid('1.2.3.4')))],
  ])('is named: %s', async (label, der) => {
    const error = await rejectionOf(decryptPrivateKey(der, passphrase, '"old.key"'));
    expect(error).toMatchObject({ code: 'ERR_KEY_ENCRYPTION', exitStatus: 2 });
    expect(error.message).toContain(`"old.key" is encrypted with ${label}, which svcauth cannot read`);
    expect(error.hints[0]).toContain('openssl pkcs8 -topk8');
  });

  test.each([ITERATION_CAP + 1, 2n ** 62n])('with %s iterations is refused, and the error has the cap', async count => {
    const error = await rejectionOf(decryptPrivateKey(pbes2(pbkdf2(count)), passphrase));
    expect(error.code).toBe('ERR_KEY_ITERATIONS');
    expect(error.message).toContain(`uses ${count} iterations of key derivation; svcauth accepts at most 10000000`);
  });

  test.each([
    ['nothing', new Uint8Array()],
    ['text', utf8('-----BEGIN')],
    ['trailing bytes', Uint8Array.of(...pbes2(pbkdf2(1)), 0)],
    ['no iterations', pbes2(pbkdf2(0))],
    ['an iteration count of more than 63 bits', pbes2(pbkdf2(2n ** 70n))],
    ['a key length that does not fit the cipher', pbes2(pbkdf2(1, integer(16)))],
    ['a short vector', pbes2(pbkdf2(1), sequence(oid(OID.aes256Cbc), octetString(new Uint8Array(8))))],
    ['no PBES2 parameters', encryptedWith(sequence(oid(OID.pbes2)))],
  ])('reports %s as an unsupported format and not as a wrong passphrase', async (_, der) => {
    expect((await rejectionOf(decryptPrivateKey(der, passphrase))).code).toBe('ERR_KEY_FORMAT');
  });
});

interface PbeVectors {
  readonly testGroups: readonly {
    readonly tests: readonly {
      readonly tcId: number;
      readonly password: string;
      readonly salt: string;
      readonly iterationCount: number;
      readonly iv: string;
      readonly msg: string;
      readonly ct: string;
      readonly result: 'valid' | 'invalid' | 'acceptable';
    }[];
  }[];
}

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

describeVectors<PbeVectors>('crypto/wycheproof-pbes2_hmacsha256_aes_256.json', 'PBES2', ({ testGroups }) => {
  test.each(testGroups.flatMap(group => group.tests))('case $tcId is $result', async vector => {
    const { salt, iterationCount, iv, password, ct, msg, result } = vector;
    const encryption: Pbes2 = {
      scheme: 'PBES2',
      digest: 'sha256',
      cipher: 'aes-256-cbc',
      salt: hex(salt),
      iterations: BigInt(iterationCount),
      iv: hex(iv),
    };
    const plaintext = await decryptPbes2(encryption, hex(password), hex(ct), 'the vector');
    if (result === 'valid') expect(plaintext).toEqual(hex(msg));
    else expect(plaintext).not.toEqual(hex(msg));
  });
});

describeWith(['openssl'], 'OpenSSL and an encrypted key', () => {
  const pass = ['-passin', 'pass:correct horse battery staple'] as const;

  test('OpenSSL decrypts a key that svcauth encrypted', async () => {
    const file = join(tempDirectory(), 'ca.key');
    const encrypted = await encryptPrivateKey(pkcs8, passphrase, random(PBES2_RANDOM_LENGTH));
    writeFileSync(file, encodePem('ENCRYPTED PRIVATE KEY', encrypted));
    const { stdout } = await run(['openssl', 'pkey', '-in', file, ...pass]);
    expect(stdout).toBe(encodePem('PRIVATE KEY', pkcs8));
  });

  test.each(['hmacWithSHA1', 'hmacWithSHA256', 'hmacWithSHA384', 'hmacWithSHA512'])(
    'svcauth decrypts a key that OpenSSL encrypted with %s',
    async prf => {
      const directory = tempDirectory();
      const [plain, encrypted] = [join(directory, 'plain.key'), join(directory, 'encrypted.key')];
      writeFileSync(plain, encodePem('PRIVATE KEY', pkcs8));
      const { status } = await run([
        ...['openssl', 'pkcs8', '-topk8', '-in', plain, '-out', encrypted],
        ...['-v2', 'aes-256-cbc', '-v2prf', prf, '-passout', 'pass:correct horse battery staple'],
      ] as [string, ...string[]]);
      expect(status).toBe(0);
      const [block] = decodePem(readFileSync(encrypted, 'utf8'));
      expect(await decryptPrivateKey(block!.der, passphrase)).toEqual(pkcs8);
    },
  );
});
