import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { describeWith, run } from '../support/programs.ts';
import { tempDirectory } from '../support/world/temp-directory.ts';
import { authorityOf, initPki, type Pki } from './pki.ts';

describe('the encrypted key of a CA', () => {
  const passphrase = join(tempDirectory(), 'passphrase');
  let pki: Pki;
  let key: string;

  beforeAll(async () => {
    writeFileSync(passphrase, 'correct horse battery staple\n', { mode: 0o600 });
    pki = await initPki('--passphrase-file', passphrase);
    key = join(pki.home, 'authorities', 'issuing-g1', 'ca.key');
  });

  describeWith(['openssl'], 'OpenSSL', () => {
    const read = (from: string) => run(['openssl', 'pkey', '-in', key, '-passin', from, '-pubout']);

    test('OpenSSL reads the CA key with the passphrase, and it matches the certificate', async () => {
      const certified = await run(['openssl', 'x509', '-in', authorityOf(pki, 'issuing-g1'), '-noout', '-pubkey']);
      expect(certified.stdout).toMatch(/^-----BEGIN PUBLIC KEY-----/);
      expect(await read(`file:${passphrase}`)).toMatchObject({ status: 0, stdout: certified.stdout });
    });

    test('OpenSSL does not read the CA key with another passphrase', async () => {
      expect(await read('pass:wrong')).toMatchObject({ status: 1, stdout: '' });
    });

    test('the CA key uses PBES2 with PBKDF2-HMAC-SHA256 x 600,000 and AES-256-CBC', async () => {
      const { stdout } = await run(['openssl', 'asn1parse', '-in', key]);
      const values = [...stdout.matchAll(/(?:OBJECT|INTEGER) +:(.+)$/gm)].map(match => match[1]);
      expect(values).toEqual(['PBES2', 'PBKDF2', '0927C0', 'hmacWithSHA256', 'aes-256-cbc']);
    });
  });

  describeWith(['certtool'], 'GnuTLS', () => {
    test('GnuTLS reads the CA key with the passphrase and not without it', async () => {
      const read = (password: string) =>
        run(['certtool', '--key-info', '--pkcs8', '--infile', key, '--password', password]);
      expect((await read('correct horse battery staple')).stdout).toContain('Public Key Algorithm: EC/ECDSA');
      expect((await read('wrong')).status).not.toBe(0);
    });
  });
});
