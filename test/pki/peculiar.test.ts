import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PublicKey, X509Certificate } from '../../src/pki/peculiar.ts';
import { describeWith, run } from '../support/programs.ts';

describeWith(['openssl'], 'the engine of the second opinion', () => {
  test.for(['secp256k1', 'brainpoolP256r1'])(
    "verifies a signature on %s, which Node's WebCrypto does not support",
    async curve => {
      const directory = mkdtempSync(join(tmpdir(), 'svcauth-curve-'));
      const certificate = join(directory, 'foreign.crt');
      const key = [
        '-newkey',
        'ec',
        '-pkeyopt',
        `ec_paramgen_curve:${curve}`,
        '-noenc',
        '-keyout',
        join(directory, 'key'),
      ];
      await run(['openssl', 'req', '-x509', ...key, '-subj', '/CN=foreign', '-out', certificate]);
      const foreign = new X509Certificate(readFileSync(certificate, 'utf8'));
      rmSync(directory, { recursive: true });
      const publicKey = new PublicKey(foreign.publicKey.rawData);
      expect(await foreign.verify({ publicKey, signatureOnly: true })).toBe(true);
    },
  );
});
