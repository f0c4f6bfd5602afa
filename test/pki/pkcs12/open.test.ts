import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
import { OID } from '../../../src/pki/oids.ts';
import { openPkcs12 } from '../../../src/pki/pkcs12/open.ts';
import { rejectionOf } from '../../support/errors.ts';
import { describeWith, run } from '../../support/programs.ts';
import { tempDirectory } from '../../support/world/temp-directory.ts';
import { describeCorpus } from '../../support/vectors.ts';

const passphrase = utf8('pässword');

describeWith(['openssl'], 'a PKCS#12 file of OpenSSL', () => {
  const directory = tempDirectory();
  const [keyFile, certificateFile] = [join(directory, 'tls.key'), join(directory, 'tls.crt')];
  const pkcs8 = generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' });

  async function packed(name: string, ...options: readonly string[]): Promise<Uint8Array> {
    const out = join(directory, name);
    writeFileSync(keyFile, `-----BEGIN PRIVATE KEY-----\n${pkcs8.toString('base64')}\n-----END PRIVATE KEY-----\n`);
    const certificate = ['req', '-x509', '-key', keyFile, '-subj', '/CN=payments', '-out', certificateFile];
    expect((await run(['openssl', ...certificate])).status).toBe(0);
    const packing = ['pkcs12', '-export', '-inkey', keyFile, '-in', certificateFile, '-out', out];
    const { status, stderr } = await run([
      ...(['openssl', ...packing, '-name', 'payments ☹', '-passout', 'pass:pässword'] as const),
      ...options,
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return new Uint8Array(readFileSync(out));
  }

  const tripleDes = ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES'];
  test.each([
    ['as it writes them today', 'HMAC-SHA-256', []],
    ['with 3DES and SHA-1', 'HMAC-SHA-1', [...tripleDes, '-macalg', 'sha1']],
    [
      'with AES-128 and SHA-512',
      'HMAC-SHA-512',
      ['-keypbe', 'AES-128-CBC', '-certpbe', 'AES-128-CBC', '-macalg', 'sha512'],
    ],
    ['without encryption', 'HMAC-SHA-256', ['-keypbe', 'NONE', '-certpbe', 'NONE']],
  ])('is opened: %s', async (title, label, options) => {
    const { mac, certificates, keys, closed } = await openPkcs12(await packed(`${title}.p12`, ...options), passphrase);
    expect(mac).toMatchObject({ label, iterations: 2048n, verified: true });
    expect(certificates.map(({ friendlyName }) => friendlyName)).toEqual(['payments ☹']);
    expect(keys.map(key => key.pkcs8)).toEqual([new Uint8Array(pkcs8)]);
    expect(keys[0]!.localKeyId).toEqual(certificates[0]!.localKeyId);
    expect(closed).toEqual([]);
  });

  test('stays encrypted without a passphrase and has its encryption in the report', async () => {
    const { mac, certificates, keys, closed } = await openPkcs12(await packed('shut.p12'), undefined);
    expect(mac?.verified).toBe(false);
    expect({ certificates, closed }).toEqual({ certificates: [], closed: ['PBES2'] });
    expect(keys).toMatchObject([{ encryption: { scheme: 'PBES2' }, pkcs8: undefined, friendlyName: 'payments ☹' }]);
  });

  test('is not decrypted with a wrong passphrase', async () => {
    const error = await rejectionOf(openPkcs12(await packed('wrong.p12'), utf8('password'), '"tls.p12"'));
    expect(error).toMatchObject({ code: 'ERR_PASSPHRASE_WRONG', exitStatus: 8, params: { what: '"tls.p12"' } });
  });
});

describeCorpus('corpora/gnutls-cert-tests.jsonl', 'PKCS#12 files of GnuTLS', entries => {
  const file = (name: string) => entries.find(entry => entry.name === `gnutls/${name}`)!.bytes;

  test.each(['pbmac1_256_256', 'pbmac1_512_256', 'pbmac1_512_512'])('PBMAC1 (RFC 9879 appendix A): %s', async name => {
    const { mac, certificates } = await openPkcs12(file(`${name}.good.p12`), utf8('1234'));
    expect(mac).toMatchObject({ verified: true });
    expect(certificates).toHaveLength(1);
  });

  test('refuses PBMAC1 without a key length', async () => {
    const error = await rejectionOf(openPkcs12(file('pbmac1_256_256.no-len.p12'), utf8('1234')));
    expect(error).toMatchObject({ code: 'ERR_PKCS12', exitStatus: 2 });
  });

  test('names RC2 and decrypts the other parts', async () => {
    const { keys, closed } = await openPkcs12(file('client.p12'), utf8('foobar'));
    expect(closed).toEqual(['pbeWithSHAAnd40BitRC2']);
    expect(keys[0]?.pkcs8).toBeDefined();
  });

  test('lists the type of a CRL inside', async () => {
    expect((await openPkcs12(file('cert-with-crl.p12'), utf8('password'))).others).toEqual(['crlBag']);
  });
});

describe('bytes that are not a valid PKCS#12 file', () => {
  const safe = (contents: Uint8Array) => sequence(oid(OID.pkcs7Data), tlv(contextTag(0, true), octetString(contents)));
  const pfx = (mac: Uint8Array) => sequence(integer(3), safe(sequence()), mac);
  const mac = (iterations: bigint) =>
    sequence(
      sequence(sequence(oid(OID.sha256), DER_NULL), octetString(new Uint8Array(32))),
      octetString(new Uint8Array(8)),
      integer(iterations),
    );

  test.each([
    ['nothing', new Uint8Array(), 'is missing'],
    ['another structure', sequence(bitString(new Uint8Array())), 'version should have tag 0x02'],
    ['BER with indefinite lengths', Uint8Array.of(0x30, 0x80, 2, 1, 3, 0, 0), 'indefinite length (BER)'],
    ['another version', sequence(integer(4)), 'PFX version 4 does not exist'],
  ])('is refused: %s', async (_, der, reason) => {
    const error = await rejectionOf(openPkcs12(der, undefined, '"tls.p12"'));
    expect(error.code).toBe('ERR_PKCS12');
    expect(error.message).toContain(reason);
  });

  test('refuses a MAC that would take minutes', async () => {
    const error = await rejectionOf(openPkcs12(pfx(mac(2n ** 40n)), passphrase));
    expect(error.message).toContain('uses 1099511627776 iterations of key derivation; svcauth accepts at most 500000');
  });
});
