/** Real connections between Node peers in this process that follow their files. */
import { once } from 'node:events';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect, type ConnectionOptions, type Server, type TLSSocket } from 'node:tls';
import { text as textOf } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { authorize, peerSpiffeId } from '../../src/node-library/api.ts';
import {
  certificatePem,
  crlPem,
  follow,
  makeAuthorities,
  makeSvid,
  serviceDirectory,
  type Authorities,
  type ServiceDirectory,
} from './site.ts';
import type { X509Source } from '../../src/node-library/types.ts';

const PAYMENTS = 'spiffe://example.org/payments';
const REPORTS = 'spiffe://example.org/reports';

let authorities: Authorities;
let payments: ServiceDirectory;
let reports: ServiceDirectory;
const closing: (() => void)[] = [];

beforeEach(() => {
  authorities = makeAuthorities();
  payments = serviceDirectory('payments', authorities);
  reports = serviceDirectory('reports', authorities);
});
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function listen(server: Server): Promise<number> {
  closing.push(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Says whom it sees and whether the session was resumed, then keeps the connection open. */
async function startServer(context: X509Source, options: { readonly endRevoked?: boolean } = {}): Promise<number> {
  const server = context.createTlsServer({ allow: { memberOf: 'example.org' }, ...options }, socket => {
    socket.on('error', () => undefined);
    socket.write(`${peerSpiffeId(socket) ?? 'nobody'}${socket.isSessionReused() ? ' again' : ''}`);
  });
  return listen(server);
}

interface Conversation {
  /** Returns the answer of the server, or the code of the error. */
  readonly said: string;
  readonly socket: TLSSocket;
  /** The newest session that the server offered. */
  readonly session: () => Buffer | undefined;
}

const talk = (port: number, options: ConnectionOptions): Promise<Conversation> =>
  hear(connect({ host: '127.0.0.1', port, ...options }));

function hear(socket: TLSSocket): Promise<Conversation> {
  return new Promise(resolve => {
    closing.push(() => socket.destroy());
    let session: Buffer | undefined;
    const done = (said: string): void => resolve({ said, socket, session: () => session });
    socket.on('session', (offered: Buffer) => (session = offered));
    socket.on('data', (data: Buffer) => done(data.toString()));
    socket.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
    socket.on('close', () => done('closed'));
  });
}

const revoke = (leaf: Parameters<typeof crlPem>[0], number = 2): void => {
  for (const service of [payments, reports]) {
    service.replace('crl/issuing.pem', crlPem(authorities.issuing, { revoked: [leaf], number }));
  }
};

function deployed(service: ServiceDirectory, name: string) {
  const leaf = makeSvid(name, authorities.issuing);
  service.deploy(leaf, authorities.issuing);
  return leaf;
}

test('both sides learn the SPIFFE ID of their peer', async () => {
  const [server, client] = [await follow(payments), await follow(reports)];
  const port = await startServer(server.context);
  const { said, socket } = await talk(port, client.context.connectOptions({ allow: [PAYMENTS] }));
  expect(said).toBe(REPORTS);
  expect(client.context.authorize(socket, { allow: [PAYMENTS] })).toEqual({ allowed: true, id: PAYMENTS });
  expect(client.context.authorize(socket, { allow: [REPORTS] })).toMatchObject({ allowed: false, id: PAYMENTS });
});

test('a server with another SPIFFE ID is rejected, whatever its host name', async () => {
  const [server, client] = [await follow(payments), await follow(reports)];
  const port = await startServer(server.context);
  const options = client.context.connectOptions({ allow: ['spiffe://example.org/ledger'] });
  expect((await talk(port, options)).said).toBe('ERR_PEER_REJECTED');
});

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('over %s', version => {
  const tls = { minVersion: version, maxVersion: version };

  test('sessions are resumed after a renewal, and not after a revocation', async () => {
    const leaf = deployed(reports, 'reports');
    const [server, client] = [await follow(payments, { tls }), await follow(reports, { tls })];
    const port = await startServer(server.context);
    const open = (more: ConnectionOptions = {}) =>
      hear(client.context.connect({ host: '127.0.0.1', port, allow: [PAYMENTS], ...more }));
    const first = await open();
    expect(first.said).toBe(REPORTS);
    await expect.poll(first.session).toBeDefined();
    const session = first.session()!;
    expect((await open({ session })).said).toBe(`${REPORTS} again`);

    deployed(payments, 'payments');
    expect(await server.context.refresh()).toBe(true);
    expect((await open({ session })).said).toBe(`${REPORTS} again`);

    // another client is revoked: this one shakes hands anew, and comes in
    revoke(makeSvid('other', authorities.issuing));
    await server.context.refresh();
    expect((await open({ session })).said).toBe(REPORTS);

    revoke(leaf, 3);
    await server.context.refresh();
    expect((await open({ session })).said).not.toContain(REPORTS);
    expect((await open()).said).not.toContain(REPORTS);
  });
});

test('a revoked server is rejected, and its session is not resumed', async () => {
  const leaf = deployed(payments, 'payments');
  const [server, client] = [await follow(payments), await follow(reports)];
  const port = await startServer(server.context);
  const ask = () => talk(port, client.context.connectOptions({ allow: [PAYMENTS] }));
  expect((await ask()).said).toBe(REPORTS);
  revoke(leaf);
  await client.context.refresh();
  expect((await ask()).said).toBe('ERR_PEER_REJECTED');
});

test('endRevoked closes only the connections of peers that a new CRL revokes', async () => {
  const leaf = deployed(reports, 'reports');
  const ledger = serviceDirectory('ledger', authorities);
  const [strict, lenient] = [await follow(payments), await follow(payments)];
  const ports = [await startServer(strict.context), await startServer(lenient.context, { endRevoked: false })];
  const clients = [await follow(reports), await follow(ledger)];
  const open = await Promise.all(
    ports.flatMap(port => clients.map(({ context }) => talk(port, context.connectOptions({ allow: [PAYMENTS] })))),
  );
  revoke(leaf);
  await Promise.all([strict.context.refresh(), lenient.context.refresh()]);
  await expect.poll(() => open.map(({ socket }) => socket.destroyed)).toEqual([true, false, false, false]);
});

test('invalid files on disk do not affect connections', async () => {
  const [server, client] = [await follow(payments), await follow(reports)];
  const port = await startServer(server.context);
  for (const name of ['current/tls.crt', 'current/tls.key', 'bundle.pem', 'crl/root.pem', 'crl/issuing.pem']) {
    payments.write(name, '-----BEGIN');
    await server.context.refresh();
    expect((await talk(port, client.context.connectOptions({ allow: [PAYMENTS] }))).said).toBe(REPORTS);
  }
  expect(server.problems.length).toBeGreaterThan(0);
});

test('connections succeed through the replacement of a CA', async () => {
  const next = makeAuthorities(2);
  const both = [payments, reports];
  const [server, client] = [await follow(payments), await follow(reports)];
  const port = await startServer(server.context);
  const step = async (change: () => void): Promise<void> => {
    change();
    for (const { context } of [server, client]) await context.refresh();
    const { said } = await talk(port, client.context.connectOptions({ allow: [PAYMENTS] }));
    expect(said).toBe(REPORTS);
  };
  await step(() => undefined);
  // trust both
  await step(() => {
    for (const service of both) {
      service.write('crl/root-g2.pem', crlPem(next.root));
      service.write('crl/issuing-g2.pem', crlPem(next.issuing));
      service.replace('bundle.pem', certificatePem(authorities.root, next.root));
    }
  });
  // renew, one after the other
  await step(() => payments.deploy(makeSvid('payments', next.issuing), next.issuing));
  await step(() => reports.deploy(makeSvid('reports', next.issuing), next.issuing));
  // trust the new one alone
  await step(() => both.forEach(service => service.replace('bundle.pem', certificatePem(next.root))));
  expect([server.problems, client.problems]).toEqual([[], []]);
});

describe('requests through an agent', () => {
  async function startHttps(context: X509Source): Promise<number> {
    const server = context.createHttpsServer({ allow: { memberOf: 'example.org' } }, (incoming, answer) => {
      const caller = authorize(incoming.socket, { allow: [REPORTS] });
      answer.writeHead(caller.allowed ? 200 : 403).end(caller.allowed ? caller.id : caller.reason);
    });
    closing.push(() => server.closeAllConnections());
    return listen(server);
  }

  interface Answer {
    readonly text: string;
    readonly port: number | undefined;
    readonly resumed: boolean;
  }

  const ask = (port: number, agent: ReturnType<X509Source['agent']>): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, agent }, answer => {
        const socket = answer.socket as TLSSocket;
        const [localPort, resumed] = [socket.localPort, socket.isSessionReused()];
        textOf(answer).then(text => resolve({ text, port: localPort, resumed }), reject);
      });
      sent.on('error', reject).end();
    });

  /** The agent has taken the connection back. */
  const idle = (agent: ReturnType<X509Source['agent']>) =>
    expect.poll(() => Object.values(agent.freeSockets).flat().length);

  test('no request fails during a renewal, and every new connection has the new certificate', async () => {
    const [server, client] = [await follow(payments), await follow(reports)];
    const port = await startHttps(server.context);
    const agent = client.context.agent({ allow: [PAYMENTS], keepAlive: false });
    let failed = 0;
    let answered = 0;
    let running = true;
    const traffic = Array.from({ length: 4 }, async () => {
      while (running) {
        await ask(port, agent).then(
          ({ text }) => (text === REPORTS ? answered++ : failed++),
          () => failed++,
        );
      }
    });
    for (let renewal = 0; renewal < 8; renewal++) {
      deployed(payments, 'payments');
      deployed(reports, 'reports');
      revoke(makeSvid('other', authorities.issuing), 2 + renewal);
      await Promise.all([server.context.refresh(), client.context.refresh()]);
      const reached = answered + 20;
      await expect.poll(() => answered + failed, { timeout: 10_000 }).toBeGreaterThan(reached);
    }
    running = false;
    await Promise.all(traffic);
    expect(failed).toBe(0);
    expect(answered).toBeGreaterThan(160);
    agent.destroy();
  });

  test('idle connections are replaced after a renewal and after a new CRL', async () => {
    const [server, client] = [await follow(payments), await follow(reports)];
    const port = await startHttps(server.context);
    const agent = client.context.agent({ allow: [PAYMENTS], keepAlive: true });
    const first = await ask(port, agent);
    expect(first).toMatchObject({ text: REPORTS, resumed: false });
    await idle(agent).toBe(1);
    expect((await ask(port, agent)).port).toBe(first.port);
    await idle(agent).toBe(1);
    deployed(reports, 'reports');
    await client.context.refresh();
    const second = await ask(port, agent);
    expect(second.port).not.toBe(first.port);
    await idle(agent).toBe(1);
    revoke(makeSvid('other', authorities.issuing));
    await client.context.refresh();
    expect((await ask(port, agent)).port).not.toBe(second.port);
    agent.destroy();
  });

  test('a connection that is busy when a new CRL arrives is not used again', async () => {
    const [server, client] = [await follow(payments), await follow(reports)];
    const port = await startHttps(server.context);
    const agent = client.context.agent({ allow: [PAYMENTS], keepAlive: true });
    const busy = ask(port, agent);
    await expect.poll(() => Object.values(agent.sockets).flat().length).toBe(1);
    revoke(makeSvid('other', authorities.issuing));
    await client.context.refresh();
    const first = await busy;
    expect((await ask(port, agent)).port).not.toBe(first.port);
    await expect.poll(() => Object.values(agent.sockets).flat().length).toBe(0);
    await idle(agent).toBe(1);
    agent.destroy();
  });

  test('a revoked server gets no further request', async () => {
    const leaf = deployed(payments, 'payments');
    const [server, client] = [await follow(payments), await follow(reports)];
    const port = await startHttps(server.context);
    const agent = client.context.agent({ allow: [PAYMENTS], keepAlive: true });
    expect((await ask(port, agent)).text).toBe(REPORTS);
    await idle(agent).toBe(1);
    revoke(leaf);
    await client.context.refresh();
    await expect(ask(port, agent)).rejects.toMatchObject({ code: 'ERR_PEER_REJECTED', reason: 'revoked' });
    agent.destroy();
  });

  test('a client that is not in the allow list gets the reason', async () => {
    const ledger = serviceDirectory('ledger', authorities);
    const [server, client] = [await follow(payments), await follow(ledger)];
    const port = await startHttps(server.context);
    const agent = client.context.agent({ allow: [PAYMENTS] });
    expect((await ask(port, agent)).text).toBe('spiffe://example.org/ledger is not allowed');
    agent.destroy();
  });
});
