import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { describeWith, run } from '../support/programs.ts';
import { tempDirectory } from '../support/world/temp-directory.ts';
import { fileOf, initPki, svcauth, type Pki } from './pki.ts';

const directory = tempDirectory();
const file = (name: string) => join(directory, name);
const SERVICES = `services:
  - service: web
    dns: localhost
    outputs:
      - {kind: combined-pem, path: web.pem}
      - {kind: kubernetes-secret, path: web.yaml, namespace: shop}
      - {kind: pkcs12, path: web.p12, passphrase-file: web.pass}
`;

let pki: Pki;
let leaf: X509Certificate;
beforeAll(async () => {
  pki = await initPki('--key-protection', 'none');
  writeFileSync(file('services.yaml'), SERVICES);
  writeFileSync(file('web.pass'), 'correct horse ☃\n');
  await svcauth(
    { ...pki, world: Object.assign(pki.world, { random: randomBytes }) },
    'apply',
    '-f',
    file('services.yaml'),
  );
  leaf = new X509Certificate(readFileSync(fileOf(pki, 'web', 'tls.crt')));
}, 30_000);

test('the Secret manifest contains the same data as the files', () => {
  const { data, ...rest } = parse(readFileSync(file('web.yaml'), 'utf8')) as { data: Record<string, string> };
  expect(rest).toEqual({
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/tls',
    metadata: { name: 'web', namespace: 'shop' },
  });
  for (const name of ['tls.crt', 'tls.key', 'ca.crt'] as const) {
    expect(Buffer.from(data[name]!, 'base64').equals(readFileSync(fileOf(pki, 'web', name)))).toBe(true);
  }
});

describeWith(['haproxy'], 'HAProxy', () => {
  test('HAProxy loads the combined file', async () => {
    const configuration = `defaults\n  mode http\n  timeout connect 5s\n  timeout client 5s\n  timeout server 5s
frontend tls\n  bind unix@${file('socket')} ssl crt ${file('web.pem')}\n  http-request return status 200\n`;
    writeFileSync(file('haproxy.cfg'), configuration);
    const { status, stderr } = await run(['haproxy', '-c', '-f', file('haproxy.cfg')]);
    expect({ status, alerts: stderr.match(/ALERT.*/g) }).toEqual({ status: 0, alerts: null });
  });
});

describeWith(['openssl'], 'OpenSSL', () => {
  test('OpenSSL reads the key and certificates from the PKCS#12 file', async () => {
    const read = [
      'openssl',
      'pkcs12',
      '-in',
      file('web.p12'),
      '-passin',
      `file:${file('web.pass')}`,
      '-nodes',
    ] as const;
    const { status, stdout, stderr } = await run(read);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('friendlyName: web');
    expect(stdout.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(leaf.checkPrivateKey(createPrivateKey(stdout.slice(stdout.indexOf('-----BEGIN PRIVATE KEY'))))).toBe(true);
  });
});

describeWith(['java'], 'keytool', () => {
  test('keytool finds the key with its chain under the name of the service', async () => {
    // keytool cannot read the snowman in the other passphrase, so it gets its own
    const ascii = file('ascii.pass');
    writeFileSync(ascii, 'correct horse\n');
    writeFileSync(
      file('java.yaml'),
      SERVICES.replaceAll('web.', 'java.')
        .replaceAll('java.pass', 'ascii.pass')
        .replace('service: web', 'service: java'),
    );
    await svcauth(pki, 'apply', '-f', file('java.yaml'));
    const list = [
      'keytool',
      '-list',
      '-v',
      '-storetype',
      'PKCS12',
      '-keystore',
      file('java.p12'),
      '-storepass:file',
      ascii,
    ] as const;
    const { status, stdout } = await run(list, { timeout: 60_000 });
    expect({ status, stdout: stdout.slice(0, 400) }).toMatchObject({ status: 0 });
    expect(stdout).toMatch(/Alias name: java/);
    expect(stdout).toContain('Entry type: PrivateKeyEntry');
    expect(stdout).toContain('Certificate chain length: 2');
  }, 60_000);
});
