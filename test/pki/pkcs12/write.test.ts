import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { utf8 } from '../../../src/pki/bytes.ts';
import { openPkcs12 } from '../../../src/pki/pkcs12/open.ts';
import { encodePkcs12, PKCS12_RANDOM_LENGTH } from '../../../src/pki/pkcs12/write.ts';
import { rejectionOf } from '../../support/errors.ts';

const content = {
  name: 'payments',
  pkcs8: new Uint8Array(generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' })),
  // only what opens it looks into a certificate
  certificates: [Uint8Array.of(0x30, 1, 0), Uint8Array.of(0x30, 2, 0, 0)],
};
const random = new Uint8Array(randomBytes(PKCS12_RANDOM_LENGTH));

describe('a PKCS#12 file of ours', () => {
  let der: Uint8Array;
  beforeAll(async () => {
    der = await encodePkcs12(content, utf8('pässword'), random);
  });

  test('opens to what went in, the leaf by its name and beside its key', async () => {
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

  test('is the same for the same random bytes, and for no others', async () => {
    expect(await encodePkcs12(content, utf8('pässword'), random)).toEqual(der);
    await expect(encodePkcs12(content, utf8('x'), random.subarray(1))).rejects.toThrow('80 random octets');
  });
});
