import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { utf8 } from '../../../src/pki/bytes.ts';
import { openPkcs12 } from '../../../src/pki/pkcs12/open.ts';
import { encodePkcs12, PKCS12_RANDOM_LENGTH } from '../../../src/pki/pkcs12/write.ts';
import { rejectionOf } from '../../support/errors.ts';

const content = {
  name: 'payments',
  pkcs8: new Uint8Array(generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' })),
  // the writer does not read the certificate; only the reader decodes it
  certificates: [Uint8Array.of(0x30, 1, 0), Uint8Array.of(0x30, 2, 0, 0)],
};
const random = new Uint8Array(randomBytes(PKCS12_RANDOM_LENGTH));

describe('a PKCS#12 file that svcauth writes', () => {
  let der: Uint8Array;
  beforeAll(async () => {
    der = await encodePkcs12(content, utf8('pässword'), random);
  });

  test('decrypts to the same contents, with the leaf named and linked to its key', async () => {
    const { mac, keys, certificates, closed, others } = await openPkcs12(der, utf8('pässword'));
    expect(mac).toEqual({ label: 'HMAC-SHA-256', iterations: 100_000n, verified: true });
    expect(keys).toMatchObject([
      { pkcs8: content.pkcs8, friendlyName: 'payments', encryption: { iterations: 600_000n } },
    ]);
    expect(certificates.map(each => each.der)).toEqual(content.certificates);
    expect(certificates.map(({ friendlyName }) => friendlyName)).toEqual(['payments', undefined]);
    expect(certificates[0]!.localKeyId).toEqual(keys[0]!.localKeyId);
    expect({ closed, others }).toEqual({ closed: [], others: [] });
  });

  test('shows nothing without the passphrase', async () => {
    const { certificates, keys, closed } = await openPkcs12(der, undefined);
    expect({ certificates, closed }).toEqual({ certificates: [], closed: ['PBES2'] });
    expect(keys[0]!.pkcs8).toBeUndefined();
    expect(await rejectionOf(openPkcs12(der, utf8('password')))).toMatchObject({ code: 'ERR_PASSPHRASE_WRONG' });
    const clear = (bytes: Uint8Array) => Buffer.from(der).includes(Buffer.from(bytes));
    expect([clear(content.pkcs8), clear(content.certificates[1]!)]).toEqual([false, false]);
  });

  test('is equal exactly for equal random bytes', async () => {
    expect(await encodePkcs12(content, utf8('pässword'), random)).toEqual(der);
    await expect(encodePkcs12(content, utf8('x'), random.subarray(1))).rejects.toThrow('80 random octets');
  });
});
