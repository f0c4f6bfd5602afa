// Ways around the judgement of a peer: sessions, agents, proxies, files and rules that come from elsewhere.
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { connect as connectHttp2 } from 'node:http2';
import { Agent, createServer as createHttpsServer, request } from 'node:https';
import { setImmediate } from 'node:timers/promises';
import { connect, createServer, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { authorize } from '../../src/node-library/api.ts';
import { makeCa, names, type TestCertificate } from '../support/pki/path-pki.ts';
import { crlPem, day, follow, makeSvid, testClock } from './site.ts';
import { closeAll, EVERYONE, HOUR, makeWorld, papersOf, type Papers, type World } from './ways/world.ts';

afterEach(closeAll);

const DAY = 24 * HOUR;
const BAD = 'spiffe://example.org/bad';

/** Connects and waits for the first words, or for the end. */
function hear(world: World, socket: TLSSocket) {
  world.closing(() => socket.destroy());
  let session: Buffer | undefined;
  socket.on('session', (offered: Buffer) => (session = offered));
  return new Promise<{ said: string; socket: TLSSocket; session: () => Buffer | undefined }>(resolve => {
    const done = (said: string): void => resolve({ said, socket, session: () => session });
    socket.on('data', (data: Buffer) => done(data.toString()));
    socket.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
    socket.on('close', () => done('closed'));
  });
}

const theirServer = (world: World, { tls }: Papers, options = {}) =>
  world.listen(
    createServer({ ...tls, requestCert: true, ...options }, socket => socket.on('error', () => 0).write('in')),
  );

const dial = (world: World, port: number, { tls }: Papers, options: ConnectionOptions = {}) =>
  hear(world, connect({ host: '127.0.0.1', port, ...tls, checkServerIdentity: () => undefined, ...options }));

const svidOf = (value: string, issuer: TestCertificate) =>
  makeSvid('payments', issuer, { extensions: names({ type: 'uri', value }) });

const STRICT = { tls: { ciphers: 'DEFAULT@SECLEVEL=3' } };

/** Makes a certificate with a key that is too short for OpenSSL with the options `STRICT`. */
function withShortKey({ own }: World): TestCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const publicKeyDer = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
  return makeSvid('payments', own.issuing, { key: { privateKey, publicKeyDer, keyIdentifier: new Uint8Array(20) } });
}

const greeting = (socket: TLSSocket): void => void socket.on('error', () => undefined).write('in');

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('a session of %s', version => {
  const versions = { minVersion: version, maxVersion: version };

  async function withSession(changes: Parameters<typeof makeWorld>[0] = {}) {
    const world = await makeWorld(changes);
    const port = await theirServer(world, world.bad, versions);
    const first = await hear(world, world.source.connect({ host: '127.0.0.1', port, allow: EVERYONE }));
    expect(first.said).toBe('in');
    await expect.poll(first.session).toBeDefined();
    return { world, port, session: first.session()! };
  }

  test('does not carry a server past another rule', async () => {
    const { world, port, session } = await withSession();
    const allow = 'spiffe://example.org/other';
    const again = await hear(world, world.source.connect({ host: '127.0.0.1', port, allow, session }));
    expect(again.said).toBe('ERR_PEER_REJECTED');
    expect(world.events).toMatchObject([{ name: 'peerRejected', code: 'not-allowed' }]);
  });

  test('of another source carries no server in', async () => {
    const { world, port, session } = await withSession();
    const { context } = await follow(world.service, { clock: testClock() });
    const again = await hear(world, context.connect({ host: '127.0.0.1', port, allow: EVERYONE, session }));
    expect(again.said).toBe('ERR_PEER_REJECTED');
  });

  test('carries no server past the options of connectOptions', async () => {
    const { world, port, session } = await withSession({ bad: { notAfter: day(1) } });
    const other = world.source.connectOptions({ allow: 'spiffe://example.org/other' });
    expect((await hear(world, connect({ host: '127.0.0.1', port, ...other, session }))).said).not.toBe('in');
    const options = world.source.connectOptions({ allow: EVERYONE });
    const fresh = await hear(world, connect({ host: '127.0.0.1', port, ...options }));
    expect(fresh.said).toBe('in');
    await expect.poll(fresh.session).toBeDefined();
    world.later(2 * DAY);
    for (const kept of [session, fresh.session()!]) {
      expect((await hear(world, connect({ host: '127.0.0.1', port, ...options, session: kept }))).said).not.toBe('in');
    }
  });

  test('is not kept by an agent of Node with connectOptions, and requests continue after a change', async () => {
    const world = await makeWorld({ bad: { notAfter: day(1) } });
    const ask = async (agent: Agent, port: number): Promise<string> => {
      const sent = request({ host: '127.0.0.1', port, agent }).end();
      try {
        const [answer] = (await once(sent, 'response')) as [NodeJS.ReadableStream & { socket: TLSSocket }];
        answer.resume();
        await once(answer, 'end');
        return 'answered';
      } catch (error) {
        return (error as NodeJS.ErrnoException).code!;
      }
    };
    const ports = [];
    for (const papers of [world.bad, world.good]) {
      ports.push(await world.listen(createHttpsServer({ ...papers.tls, ...versions }, (_, answer) => answer.end())));
    }
    const agent = new Agent({ ...world.source.connectOptions({ allow: EVERYONE }), keepAlive: false });
    for (const port of [...ports, ...ports]) expect(await ask(agent, port)).toBe('answered');
    world.later(2 * DAY);
    expect(await ask(agent, ports[0]!)).toBe('ERR_PEER_REJECTED');
    world.service.replace('crl/sibling.pem', crlPem(world.sibling, { number: 2 }));
    expect(await world.source.refresh()).toBe(true);
    expect(await ask(agent, ports[1]!)).toBe('answered');
    expect(await ask(agent, ports[1]!)).toBe('answered');
  });

  test('of one server carries no client past the rule of another server of the source', async () => {
    const world = await makeWorld();
    const ports = [];
    for (const allow of [EVERYONE, 'spiffe://example.org/other'] as const) {
      ports.push(await world.listen(world.source.createTlsServer({ allow }, greeting)));
    }
    const first = await dial(world, ports[0]!, world.bad, versions);
    expect(first.said).toBe('in');
    await expect.poll(first.session).toBeDefined();
    const again = await dial(world, ports[1]!, world.bad, { ...versions, session: first.session() });
    expect(again.said).not.toBe('in');
    expect(world.events).toMatchObject([{ code: 'not-allowed' }]);
  });
});

test('a client cannot renegotiate, so it cannot change its certificate', async () => {
  const world = await makeWorld();
  const port = await world.listen(world.source.createTlsServer({ allow: EVERYONE }, greeting));
  const { said, socket } = await dial(world, port, world.good, { maxVersion: 'TLSv1.2' });
  expect(said).toBe('in');
  const failure = await new Promise<Error | null>(resolve => {
    socket.on('error', resolve);
    socket.renegotiate({ rejectUnauthorized: false }, resolve);
  });
  expect(failure).toBeInstanceOf(Error);
});

test.each(['server', 'client'] as const)('a second certificate behind its own proves nothing to a %s', async side => {
  const world = await makeWorld();
  const { bad, good, partner } = world;
  const both = papersOf(world, bad.leaf, partner.issuing, good.leaf);
  const allow = 'spiffe://example.org/good';
  const { said } =
    side === 'server'
      ? await dial(world, await world.listen(world.source.createTlsServer({ allow }, greeting)), both)
      : await hear(world, world.source.connect({ host: '127.0.0.1', port: await theirServer(world, both), allow }));
  expect(said).not.toBe('in');
  await expect.poll(() => world.events).toMatchObject([{ side, code: 'not-allowed', id: BAD }]);
});

test('authorize refuses a peer that has expired or is revoked, before its connection is ended', async () => {
  const world = await makeWorld({ bad: { notAfter: day(1) } });
  const server = world.source.createTlsServer({ allow: EVERYONE, endExpired: false, endRevoked: false }, greeting);
  const port = await world.listen(server);
  const seen = once(server, 'secureConnection') as Promise<[TLSSocket]>;
  await dial(world, port, world.bad);
  const [socket] = await seen;
  expect(authorize(socket, { allow: EVERYONE })).toEqual({ allowed: true, id: BAD });
  world.service.replace('crl/issuing-g2.pem', crlPem(world.partner.issuing, { revoked: [world.bad.leaf], number: 2 }));
  await world.source.refresh();
  expect(authorize(socket, { allow: EVERYONE })).toMatchObject({ allowed: false, id: BAD });
  world.later(2 * DAY);
  expect(authorize(socket, { allow: EVERYONE })).toMatchObject({ allowed: false, id: BAD });
  expect(socket.destroyed).toBe(false);
});

test('authorize of a source goes by its own trust, also for a connection that another source admitted', async () => {
  const world = await makeWorld();
  const { context: lax } = await follow(world.service, { crls: false });
  world.service.replace('crl/issuing-g2.pem', crlPem(world.partner.issuing, { revoked: [world.bad.leaf], number: 2 }));
  await world.source.refresh();
  const server = lax.createTlsServer({ allow: EVERYONE }, greeting);
  const seen = once(server, 'secureConnection') as Promise<[TLSSocket]>;
  await dial(world, await world.listen(server), world.bad);
  const [socket] = await seen;
  expect(lax.authorize(socket, { allow: EVERYONE })).toMatchObject({ allowed: true });
  expect(world.source.authorize(socket, { allow: EVERYONE })).toMatchObject({ allowed: false, id: BAD });
});

test('authorize answers for a request of HTTP/2, and after the end of its session', async () => {
  const world = await makeWorld();
  const server = world.source.createHttp2Server({ allow: EVERYONE });
  const answers: unknown[] = [];
  server.on('request', (incoming, response) => {
    const { socket } = incoming;
    const bySession = incoming.stream.session!.socket;
    const ask = () => [socket, bySession].map(each => authorize(each, { allow: EVERYONE }).allowed);
    answers.push(ask());
    incoming.stream.on('error', () => undefined);
    incoming.stream.session!.on('close', () => void setImmediate().then(() => answers.push(ask())));
    response.end('pong');
    incoming.stream.session!.destroy();
  });
  const port = await world.listen(server);
  const session = connectHttp2(`https://127.0.0.1:${port}`, {
    ...world.good.tls,
    checkServerIdentity: () => undefined,
  });
  session.on('error', () => undefined);
  session.request().on('error', () => undefined);
  await expect
    .poll(() => answers)
    .toEqual([
      [true, true],
      [false, false],
    ]);
});

test('a server that two sources guard accepts only clients that both accept', async () => {
  const world = await makeWorld();
  const { context: second } = await follow(world.service);
  const server = world.source.createTlsServer({ allow: EVERYONE }, greeting);
  second.follow(server, { allow: 'spiffe://example.org/good' });
  const port = await world.listen(server);
  expect((await dial(world, port, world.good)).said).toBe('in');
  expect((await dial(world, port, world.bad)).said).not.toBe('in');
});

test.each(['server', 'client'] as const)(
  'a rule that throws rejects the peer of a %s, and the service continues',
  async side => {
    const world = await makeWorld();
    const allow = (id: string): boolean => {
      if (id === BAD) throw new Error('no such tenant');
      return true;
    };
    const reach = async (papers: Papers): Promise<string> =>
      side === 'server'
        ? (await dial(world, port, papers)).said
        : (
            await hear(
              world,
              world.source.connect({ host: '127.0.0.1', port: await theirServer(world, papers), allow }),
            )
          ).said;
    const port = await world.listen(world.source.createTlsServer({ allow }, greeting));
    expect(await reach(world.bad)).not.toBe('in');
    await expect
      .poll(() => world.events)
      .toMatchObject([{ side, code: 'not-allowed', message: expect.stringContaining('no such tenant') as string }]);
    expect(await reach(world.good)).toBe('in');
  },
);

test('a server without a certificate is rejected, also with a shared key', async () => {
  const world = await makeWorld();
  const psk = Buffer.alloc(16, 1);
  const options = { ciphers: 'PSK', maxVersion: 'TLSv1.2', pskIdentityHint: 'x', pskCallback: () => psk } as const;
  const port = await world.listen(createServer(options, socket => socket.on('error', () => 0).write('in')));
  const { context } = await follow(world.service, { tls: { ciphers: 'PSK', maxVersion: 'TLSv1.2' } });
  const pskCallback = () => ({ psk, identity: 'x' });
  const { said } = await hear(world, context.connect({ host: '127.0.0.1', port, allow: EVERYONE, pskCallback }));
  expect(said).toBe('ERR_PEER_REJECTED');
});

describe('a revocation comes into force although', () => {
  const revokes = async (world: World): Promise<void> => {
    const { service, partner, bad, source } = world;
    service.replace('crl/issuing-g2.pem', crlPem(partner.issuing, { revoked: [bad.leaf], number: 2 }));
    await source.refresh();
    expect(source.state.crls).toContainEqual(expect.objectContaining({ issuer: 'CN=Issuing g2', number: '2' }));
    expect(source.state).toMatchObject({
      id: 'spiffe://example.org/payments',
      trustDomains: [{ name: 'example.org', anchors: 2 }],
    });
    const port = await world.listen(source.createTlsServer({ allow: EVERYONE }, greeting));
    expect((await dial(world, port, world.good)).said).toBe('in');
    expect((await dial(world, port, world.bad)).said).not.toBe('in');
    expect(world.events).toMatchObject([{ code: 'revoked' }]);
  };

  test('a certificate of another trust domain is in the directory', async () => {
    const world = await makeWorld();
    const root = makeCa({ name: 'Root x', notBefore: day(-20), notAfter: day(300) });
    const issuing = makeCa({ name: 'Issuing x', issuer: root, notBefore: day(-20), notAfter: day(300) });
    world.service.deploy(svidOf('spiffe://other.org/payments', issuing), issuing);
    await revokes(world);
    expect(world.source.state.problems).toMatchObject([{ code: 'other-identity' }]);
  });

  test('the CA of the trust domain signed a certificate for another one', async () => {
    const world = await makeWorld();
    world.service.deploy(svidOf('spiffe://other.org/payments', world.own.issuing), world.own.issuing);
    await revokes(world);
  });

  test('OpenSSL refuses the new certificate', async () => {
    const world = await makeWorld({ options: STRICT });
    world.service.deploy(withShortKey(world), world.own.issuing);
    await revokes(world);
    expect(world.source.state.problems).toMatchObject([{ code: 'refused-by-openssl' }]);
  });
});

test('a certificate that expires while a look hangs ends its connection', async () => {
  const world = await makeWorld({ bad: { notAfter: day(1) } });
  const port = await world.listen(world.source.createTlsServer({ allow: EVERYONE }, greeting));
  const { socket } = await dial(world, port, world.bad);
  const closed = once(socket, 'close');
  // opening a pipe for reading waits for a writer, as a file on a hung mount waits for its server
  const pipe = world.service.path('crl/pipe.pem');
  execFileSync('mkfifo', [pipe]);
  world.clock.poll();
  await setImmediate();
  world.later(2 * DAY);
  world.clock.poll();
  await closed;
  expect(world.events).toMatchObject([{ name: 'peerEnded', code: 'expired' }]);
  await writeFile(pipe, '');
  rmSync(pipe);
  await world.source.refresh();
});

test('a peer is judged anew when the CRL of its CA has expired, although a CA of the same name has a longer one', async () => {
  const world = await makeWorld();
  const namesake = makeCa({ name: 'Issuing g2', issuer: world.own.root, notBefore: day(-20), notAfter: day(300) });
  // the CRL of the root is good for longer: the one of the CA decides
  world.service.replace('crl/root-g2.pem', crlPem(world.partner.root, { number: 2, until: day(30) }));
  world.service.write('crl/namesake.pem', crlPem(namesake, { until: day(60) }));
  await world.source.refresh();
  const port = await world.listen(world.source.createTlsServer({ allow: EVERYONE }, greeting));
  expect((await dial(world, port, world.bad)).said).toBe('in');
  world.later(8 * DAY);
  expect((await dial(world, port, world.bad)).said).not.toBe('in');
  expect(world.events).toMatchObject([{ name: 'peerRejected', code: 'crl-expired' }]);
});

test('a mount with the identity of another service is refused where the ID is pinned', async () => {
  const id = 'spiffe://example.org/payments';
  const world = await makeWorld({ options: { id } });
  const other = makeSvid('ledger', world.own.issuing);
  world.service.deploy(other, world.own.issuing);
  expect(await world.source.refresh()).toBe(false);
  expect(world.source.state).toMatchObject({ id, problems: [{ code: 'other-identity' }] });
  const port = await world.listen(world.source.createTlsServer({ allow: EVERYONE }, greeting));
  const { socket } = await dial(world, port, world.good);
  expect(socket.getPeerCertificate().subjectaltname).toContain('payments');
  await expect(follow(world.service, { id })).rejects.toMatchObject({ code: 'other-identity' });
});
