import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { encodePem } from '../../../src/pki/pem.ts';
import { fakeWorld, runSvcauth } from '../../support/world/world.ts';

describe('verify', () => {
  const world = fakeWorld();
  const leaf = '.svcauth/services/payments/current/tls.crt';
  const path = (name: string): string => `${world.cwd}/${name}`;
  const verify = (...words: readonly string[]) => runSvcauth(world, ['verify', ...words]);

  beforeAll(async () => {
    for (const line of ['ca init --trust-domain example.org --key-protection none', 'issue payments']) {
      await runSvcauth(world, line.split(' '));
    }
  });

  test('builds the path from what is given when its owner sends the leaf alone', async () => {
    const [first] = readFileSync(path(leaf), 'utf8').split(/(?<=-----END CERTIFICATE-----\n)/) as [string];
    writeFileSync(path('leaf.pem'), first);
    const trust = ['--trust', '.svcauth/public/bundle.pem'];
    expect(await verify('leaf.pem', ...trust)).toMatchObject({ status: 4 });
    const untrusted = ['--untrusted', '.svcauth/authorities/issuing-g1/ca.crt'];
    expect(await verify('leaf.pem', ...trust, ...untrusted)).toMatchObject({ status: 0 });
  });

  test('refuses when a CRL of the path is not given', async () => {
    const trust = ['--trust', '.svcauth/public/bundle.pem', '--crl', '.svcauth/public/crl/issuing-g1.pem'];
    const { status, stdout } = await verify(leaf, ...trust, '-o', 'json');
    expect(status).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({ accepted: false, reason: { code: 'crl-missing' }, crlCount: 1 });
  });

  test('answers for a certificate that cannot be read', async () => {
    writeFileSync(path('damaged.pem'), encodePem('CERTIFICATE', Uint8Array.of(0x30, 0x01, 0x00)));
    const { status, stdout } = await verify('damaged.pem', '-o', 'json');
    expect(status).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({ accepted: false, reason: { code: 'not-der' } });
  });

  test('reports an anchor that cannot be read, and uses the others', async () => {
    const damaged = encodePem('CERTIFICATE', Uint8Array.of(0x30, 0x01, 0x00));
    writeFileSync(path('roots.pem'), damaged + readFileSync(path('.svcauth/public/bundle.pem'), 'utf8'));
    const { status, stdout } = await verify(leaf, '--trust', 'roots.pem');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^unreadable +anchor 1: tbsCertificate/m);
    writeFileSync(path('roots.pem'), damaged);
    expect(await verify(leaf, '--trust', 'roots.pem')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('the trust anchors cannot be used: none of them can be read') as string,
    });
  });

  test.for<[string, string, string]>([
    [
      'a certificate',
      encodePem('CERTIFICATE', new Uint8Array(1024 * 1024 + 1)),
      'a certificate of 1048577 bytes, more than 1048576',
    ],
    [
      'certificates',
      encodePem('CERTIFICATE', Uint8Array.of(0x30, 0)).repeat(10_001),
      '10001 PEM blocks, more than 10000',
    ],
    ['a bundle', `{"keys": "${'a'.repeat(1024 * 1024)}"}`, 'a bundle of 1048588 bytes, more than 1048576'],
  ])('names the cap when there is too much of %s', async ([, content, reason]) => {
    writeFileSync(path('large'), content);
    const { status, stderr } = await verify(leaf, '--trust', 'large');
    expect(status).toBe(2);
    expect(stderr).toContain(reason);
  });

  test('names the cap of a CRL', async () => {
    const der = new Uint8Array(64 * 1024 * 1024 + 1);
    writeFileSync(path('large.crl'), encodePem('X509 CRL', der));
    const { status, stderr } = await verify(leaf, '--crl', 'large.crl');
    expect({ status, cap: stderr.includes('a crl of 67108865 bytes, more than 67108864') }).toEqual({
      status: 2,
      cap: true,
    });
  });
});
