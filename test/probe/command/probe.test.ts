import { readFileSync } from 'node:fs';
import { createSecureContext, TLSSocket, type TlsOptions } from 'node:tls';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { decodePem, encodePem } from '../../../src/pki/pem.ts';
import { pkiTemplate, type PkiWorld } from '../../support/pki/pki.ts';
import { describeWith } from '../../support/programs.ts';
import { freePort, servingFiles, startTcpServer, startTlsServer } from '../../support/world/tls-server.ts';
import { tempDirectory } from '../../support/world/temp-directory.ts';
import { runSvcauth } from '../../support/world/world.ts';
import { startNginx } from '../../interop/proxies.ts';
import { realNow } from '../../support/real-clock.ts';

interface Answer {
  readonly state: string;
  readonly client?: string;
  readonly httpStatus?: number;
  readonly service?: string;
  readonly issued?: string;
  readonly deployed?: string;
  readonly served?: string;
  readonly findings: readonly { readonly name: string; readonly message: string; readonly remedy?: string }[];
  readonly clientCas?: readonly string[];
  readonly problem?: { readonly code: string; readonly message: string };
}

let copy: (changes?: Partial<PkiWorld>) => PkiWorld;
let stranger: PkiWorld;

beforeAll(async () => {
  const services = [['payments', '--dns', 'localhost'], ['ledger'], ['batch', '--profile', 'client']];
  copy = await pkiTemplate(
    [],
    services.map(words => ['issue', ...words]),
    // OpenSSL in the servers judges our client by its own clock
    { now: realNow() },
  );
  stranger = (await pkiTemplate([], [['issue', 'payments']], { now: realNow() }))();
});

async function probe(
  world: PkiWorld,
  ...argv: readonly string[]
): Promise<{ status: number; servers: readonly Answer[] }> {
  const { status, stdout, stderr } = await runSvcauth(world, ['probe', ...argv, '-o', 'json']);
  expect(stderr).toBe('');
  return { status, servers: (JSON.parse(stdout) as { readonly servers: readonly Answer[] }).servers };
}

const at = (port: number, service = 'payments') => ['--connect', `${service}=127.0.0.1:${port}`];

/** Looks at payments where something else, or it itself, is served with these options. */
async function ask(world: PkiWorld, options: TlsOptions, ...flags: readonly string[]) {
  const { status, servers } = await probe(world, 'payments', ...at(await startTlsServer(options)), ...flags);
  return { status, ...servers[0]!, names: servers[0]!.findings.map(({ name }) => name) };
}

const chain = (pem: string): readonly string[] => decodePem(pem).map(({ der }) => encodePem('CERTIFICATE', der));
const renew = (world: PkiWorld) => world.succeed('issue', 'payments', '--dns', 'localhost', '--dns', 'pay.example.org');

describe('the served certificate', () => {
  test('the newest is good', async () => {
    const world = copy();
    const found = await ask(world, servingFiles(world, 'payments'));
    expect(found).toMatchObject({ status: 0, state: 'good', service: 'payments', findings: [] });
    expect([found.issued, found.deployed]).toEqual([found.served, found.served]);
  });

  test('a warning names the certificate that the server still uses after a renewal', async () => {
    const world = copy();
    const before = servingFiles(world, 'payments');
    await renew(world);
    const found = await ask(world, before);
    expect(found).toMatchObject({ status: 3, state: 'warning', names: ['old-in-memory'] });
    expect(found.findings[0]?.message).toBe('new certificate is on disk but the server still uses the old one');
    expect(found.deployed).toBe(found.issued);
    expect(found.served).not.toBe(found.issued);
  });

  test('the previous certificate is reported as not deployed while the deployment is pending', async () => {
    const world = copy();
    const before = servingFiles(world, 'payments');
    const old = await world.manifest(manifest => manifest.service('payments')!.currentSerial!);
    await renew(world);
    await world.manifest(manifest => {
      const deployment = manifest.deployment('payments')!;
      manifest.transaction(write => write.setDeployments([{ ...deployment, serial: old }]));
      manifest.transaction(write => write.setDeployments([{ ...deployment, state: 'pending' }]));
    });
    const found = await ask(world, before);
    expect(found).toMatchObject({ status: 3, names: ['not-deployed'], deployed: old, served: old });
    expect(found.findings[0]?.remedy).toBe('svcauth deploy payments');
  });

  test('a revoked certificate is critical, and the remedy is to load the newer one', async () => {
    const world = copy();
    const before = servingFiles(world, 'payments');
    await renew(world);
    await world.succeed('revoke', 'payments', '--previous');
    expect(await ask(world, before)).toMatchObject({
      status: 4,
      names: ['revoked'],
      findings: [{ remedy: 'reload the server, and add a hook to the service that does so after every renewal' }],
    });
  });

  test('an expired one is critical', async () => {
    const world = copy();
    const files = servingFiles(world, 'payments');
    world.now = new Date(world.now.getTime() + 50 * 86_400_000);
    await world.succeed('crl', 'refresh');
    expect(await ask(world, files)).toMatchObject({
      status: 4,
      names: ['expired'],
      findings: [{ remedy: 'svcauth renew payments' }],
    });
  });

  test('the certificate of another service is critical even if it is valid', async () => {
    const world = copy();
    const found = await ask(world, servingFiles(world, 'ledger'));
    expect(found).toMatchObject({ status: 4, service: 'payments', names: ['other-service'] });
    expect(found.findings[0]?.message).toBe('serves the certificate of ledger');
  });

  test('a certificate of another PKI is not in the manifest', async () => {
    const found = await ask(copy(), servingFiles(stranger, 'payments'));
    expect(found).toMatchObject({ status: 4, names: ['stranger'] });
  });

  test('a certificate for clients is refused with the clause', async () => {
    const world = copy();
    const port = await startTlsServer(servingFiles(world, 'batch'));
    const { servers } = await probe(world, 'batch', ...at(port, 'batch'));
    expect(servers[0]?.findings).toMatchObject([
      { name: 'refused', message: expect.stringContaining('RFC 5280 §4.2.1.12') as string },
    ]);
  });

  test('a probe of an address finds the service of its certificate', async () => {
    const world = copy();
    const before = servingFiles(world, 'payments');
    await renew(world);
    const { status, servers } = await probe(world, `127.0.0.1:${await startTlsServer(before)}`);
    expect([status, servers[0]?.service, servers[0]?.findings[0]?.name]).toEqual([3, 'payments', 'old-in-memory']);
  });
});

describe('the chain that is sent', () => {
  test('without the issuing CA is rejected, and the remedy is tls.crt', async () => {
    const world = copy();
    const { key, cert } = servingFiles(world, 'payments');
    expect(await ask(world, { key, cert: chain(cert)[0]! })).toMatchObject({
      status: 4,
      names: ['chain-missing'],
      findings: [
        {
          message:
            'sends only its own certificate, not that of issuing-g1; clients without that intermediate reject the connection',
          remedy: 'configure the server with tls.crt, which contains the chain',
        },
      ],
    });
  });

  test('that belongs to another CA names it', async () => {
    const world = copy();
    const { key, cert } = servingFiles(world, 'payments');
    const [foreign] = chain(servingFiles(stranger, 'payments').cert).slice(1);
    const found = await ask(world, { key, cert: chain(cert)[0]! + foreign! });
    expect(found.status).toBe(4);
    expect(found.findings[0]?.name).not.toBe('stranger');
  });

  test('in another order is a warning', async () => {
    const world = copy();
    const { key, cert } = servingFiles(world, 'payments');
    const [leaf, issuing] = chain(cert);
    const root = readFileSync(world.home.public.bundlePem, 'utf8');
    expect(await ask(world, { key, cert: leaf! + root + issuing! })).toMatchObject({
      status: 3,
      names: ['chain-disordered'],
    });
    expect(await ask(world, { key, cert: leaf! + issuing! + root })).toMatchObject({ status: 0 });
  });
});

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('a server that wants a certificate over %s', maxVersion => {
  const strict = (world: PkiWorld, trusting: PkiWorld): TlsOptions => ({
    ...{ ...servingFiles(world, 'payments'), maxVersion, requestCert: true, rejectUnauthorized: true },
    ca: readFileSync(trusting.home.public.bundlePem),
  });

  test('is read without a client certificate and lists its CAs', async () => {
    const world = copy();
    const found = await ask(world, strict(world, world));
    expect(found).toMatchObject({ status: 0, clientCas: ['root-g1'] });
  });

  test('accepts a client of ours', async () => {
    const world = copy();
    const found = await ask(world, strict(world, world), '--as', 'ledger');
    expect(found).toMatchObject({ status: 0, state: 'good', client: 'completed' });
    expect(found.httpStatus).toBeUndefined();
  });

  test('that trusts another CA does not', async () => {
    const world = copy();
    const found = await ask(world, strict(world, stranger), '--as', 'ledger');
    expect(found).toMatchObject({ status: 4, names: ['client-refused'], client: 'rejected' });
  });

  test('rejects a request without a client certificate by an alert', async () => {
    const world = copy();
    const found = await ask(world, strict(world, world), '--http');
    expect(found).toMatchObject({ status: 4, names: ['client-refused'], client: 'rejected' });
    expect(found.findings[0]?.message).toContain('rejects a client without a certificate: ');
  });
});

describe('an HTTP request after the handshake', () => {
  /** Asks a server that answers each request with these bytes. */
  async function answered(answer: string, ...flags: readonly string[]) {
    const world = copy();
    let request = '';
    const port = await startTlsServer(servingFiles(world, 'payments'), socket =>
      socket.on('data', (bytes: Buffer) => {
        request += bytes.toString('latin1');
        if (request.endsWith('\r\n\r\n')) socket.end(answer);
      }),
    );
    const { status, servers } = await probe(world, 'payments', ...at(port), '--http', '--timeout', '2s', ...flags);
    return { status, port, request, ...servers[0]!, names: servers[0]!.findings.map(({ name }) => name) };
  }

  test.each([200, 204, 301, 401, 404, 500])('the status %i is an answer', async code => {
    const found = await answered(`HTTP/1.1 ${code} Any\r\n\r\n`);
    expect(found).toMatchObject({ status: 0, state: 'good', client: 'answered', httpStatus: code, names: [] });
  });

  test.each([400, 403, 421, 495, 496])('the status %i is a rejection', async code => {
    const found = await answered(`HTTP/1.1 ${code} Any\r\n\r\n`, '--as', 'ledger');
    expect(found).toMatchObject({ status: 4, client: 'rejected', httpStatus: code, names: ['client-refused'] });
    expect(found.findings[0]?.message).toMatch(new RegExp(`^rejects this client: HTTP status ${code} \\(`));
  });

  test('names the path and the server', async () => {
    const { request, port } = await answered('HTTP/1.1 200 OK\r\n\r\n', '--http-path', '/healthz?full=1');
    expect(request.split('\r\n').slice(0, 2)).toEqual(['GET /healthz?full=1 HTTP/1.1', `Host: localhost:${port}`]);
  });

  test.each([
    ['220 mail.example.org ESMTP\r\n', 'completes the handshake, but its answer is not HTTP/1.1'],
    ['', 'rejects a client without a certificate: it closed the connection'],
  ])('the answer %j is not a status', async (answer, message) => {
    expect((await answered(answer)).findings[0]?.message).toBe(message);
  });

  test('a server that does not answer in time is a warning, and no rejection', async () => {
    const world = copy();
    const found = await ask(world, servingFiles(world, 'payments'), '--http', '--timeout', '1s');
    expect(found).toMatchObject({ status: 3, client: 'unanswered', names: ['no-answer'] });
    expect(found.findings[0]?.message).toBe('completes the handshake, but does not answer the request within 1 s');
  });

  test.each([
    [['--http-path', 'healthz'], 'ERR_FLAG_VALUE'],
    [['--http-path', '/a b'], 'ERR_FLAG_VALUE'],
    [['--http', '--starttls', 'postgres'], 'ERR_FLAG_CONFLICT'],
  ])('%j is refused', async (flags, code) => {
    const { status, stderr } = await runSvcauth(copy(), ['probe', 'localhost:1', ...flags]);
    expect([status, stderr]).toEqual([2, expect.stringContaining(code)]);
  });
});

describe('a server that cannot be probed', () => {
  const problemAt = async (port: number, ...flags: readonly string[]) => {
    const { status, servers } = await probe(copy(), `127.0.0.1:${port}`, ...flags);
    return { status, code: servers[0]?.problem?.code, message: servers[0]?.problem?.message };
  };

  test('no server listens', async () => {
    const port = await freePort();
    expect(await problemAt(port)).toEqual({
      ...{ status: 5, code: 'ERR_PROBE_REFUSED', message: `nothing listens on 127.0.0.1:${port}` },
    });
  });

  test('it is not a TLS server', async () => {
    const port = await startTcpServer(socket => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect(await problemAt(port)).toMatchObject({ status: 5, code: 'ERR_PROBE_NOT_TLS' });
  });

  test('it says nothing', async () => {
    const port = await startTcpServer(() => undefined);
    expect(await problemAt(port, '--timeout', '1s')).toMatchObject({ status: 5, code: 'ERR_PROBE_TIMED_OUT' });
  });

  test('it hangs up', async () => {
    const port = await startTcpServer(socket => socket.destroy());
    expect(await problemAt(port)).toMatchObject({ status: 5, code: 'ERR_PROBE_CLOSED' });
  });

  test('it sends endless data', async () => {
    // a record header that promises a handshake, and then zeros for ever
    const port = await startTcpServer(socket => {
      const more = () => socket.writable && socket.write(Buffer.alloc(65_536), more);
      socket.write(Buffer.from([22, 3, 3, 0x40, 0]), more);
    });
    expect((await problemAt(port, '--timeout', '3s')).status).toBe(5);
  });

  test('one of several: the others are looked at, and what is worse decides', async () => {
    const world = copy();
    const good = await startTlsServer(servingFiles(world, 'payments'));
    const both = [...at(good), ...at(await freePort(), 'ledger')];
    expect(await probe(world, ...both)).toMatchObject({
      status: 5,
      servers: [{ state: 'unreachable' }, { state: 'good' }],
    });
    const bad = await startTlsServer(servingFiles(stranger, 'payments'));
    expect((await probe(world, ...both, `127.0.0.1:${bad}`)).status).toBe(4);
  });
});

test('PostgreSQL is asked for TLS first', async () => {
  const world = copy();
  const { key, cert } = servingFiles(world, 'payments');
  const port = await startTcpServer(socket => {
    socket.once('data', request => {
      expect(request.toString('hex')).toBe('0000000804d2162f');
      socket.write('S');
      const secureContext = createSecureContext({ key, cert });
      new TLSSocket(socket, { isServer: true, secureContext }).on('error', () => undefined);
    });
  });
  expect(await probe(world, 'payments', ...at(port), '--starttls', 'postgres')).toMatchObject({ status: 0 });
  const plain = await startTcpServer(socket => socket.once('data', () => socket.write('N')));
  expect((await probe(world, 'payments', ...at(plain), '--starttls', 'postgres')).status).toBe(5);
});

describeWith(['nginx'], 'nginx as it answers by default', () => {
  test('a rejected client completes the handshake, and its request is answered with 400', async () => {
    const world = copy();
    const port = await freePort();
    const directory = tempDirectory();
    const current = (name: string) => join(world.home.service('payments'), 'current', name);
    const start = (anchors: string) =>
      startNginx({
        ...{ key: current('tls.key'), certificate: current('tls.crt'), crls: [], anchors, directory, port },
        ...{ crlBundle: world.home.public.crlBundle, ownErrorPages: true },
      });
    const seen = async (...flags: readonly string[]) => {
      const { status, servers } = await probe(world, 'payments', ...at(port), ...flags);
      return { status, client: servers[0]?.client, httpStatus: servers[0]?.httpStatus };
    };
    const ours = await start(world.home.public.bundlePem);
    try {
      expect(await seen('--as', 'ledger', '--http')).toEqual({ status: 0, client: 'answered', httpStatus: 200 });
      expect(await seen('--http')).toEqual({ status: 4, client: 'rejected', httpStatus: 400 });
      expect(await seen()).toEqual({ status: 0, client: undefined, httpStatus: undefined });
    } finally {
      await ours.stop();
    }
    const theirs = await start(stranger.home.public.bundlePem);
    try {
      expect(await seen('--as', 'ledger')).toEqual({ status: 0, client: 'completed', httpStatus: undefined });
      expect(await seen('--as', 'ledger', '--http')).toEqual({ status: 4, client: 'rejected', httpStatus: 400 });
      const { stdout } = await runSvcauth(world, ['probe', 'payments', ...at(port), '--as', 'ledger']);
      expect(stdout).toContain('handshake completed with ledger');
      expect(stdout).not.toContain('accepted');
    } finally {
      await theirs.stop();
    }
  });
});

describeWith(['nginx'], 'nginx', () => {
  test('is probed like any other and accepts our client', async () => {
    const world = copy();
    const current = (service: string, name: string) => join(world.home.service(service), 'current', name);
    const files = {
      ...{ key: current('payments', 'tls.key'), certificate: current('payments', 'tls.crt'), crls: [] },
      ...{ anchors: world.home.public.bundlePem, crlBundle: world.home.public.crlBundle, directory: tempDirectory() },
    };
    const port = await freePort();
    const nginx = await startNginx({ ...files, port });
    try {
      expect(await probe(world, 'payments', ...at(port), '--as', 'ledger')).toMatchObject({
        status: 0,
        servers: [{ state: 'good', clientCas: ['root-g1'] }],
      });
    } finally {
      await nginx.stop();
    }
  });
});
