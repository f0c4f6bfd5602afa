import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith, type Ran, run } from '../support/programs.ts';
import { anchorsOf, crlOf, fileOf, initPki, type Pki, svcauth } from './pki.ts';

describeWith(['openssl'], 'OpenSSL with CRLs fetched from the address in the certificate', () => {
  let pki: Pki | undefined;
  let server: Server;
  const fetched: string[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      fetched.push(request.url ?? '');
      void serve(request.url ?? '').then(body => response.end(body));
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    pki = await initPki('--key-protection', 'none', '--crl-url', `http://127.0.0.1:${port}`);
    await svcauth(pki, 'issue', 'api');
    await svcauth(pki, 'issue', 'stolen');
    await svcauth(pki, 'revoke', 'stolen');
  });

  afterAll(() => server.close());

  const serve = (url: string) => readFile(join(pki!.home, 'public', 'crl', url.slice(1)));

  function verify(service: string): Promise<Ran> {
    const certificate = fileOf(pki!, service, 'tls.crt');
    const trust = ['-no-CApath', '-no-CAstore', '-CAfile', anchorsOf(pki!), '-untrusted', certificate];
    // the root has no CRL address for itself, and OpenSSL asks for that CRL too
    const root = ['-CRLfile', crlOf(pki!, 'root-g1')];
    return run([
      'openssl',
      'verify',
      '-x509_strict',
      '-crl_check_all',
      '-crl_download',
      ...root,
      ...trust,
      certificate,
    ]);
  }

  test('OpenSSL accepts a valid certificate with a fetched CRL', async () => {
    expect(await verify('api')).toMatchObject({ status: 0 });
    expect(fetched).toContain('/issuing-g1.der');
  });

  test('OpenSSL rejects a revoked certificate with a fetched CRL', async () => {
    const { status, stderr } = await verify('stolen');
    expect(status).not.toBe(0);
    expect(stderr).toContain('error 23 at 0 depth lookup: certificate revoked');
  });
});
