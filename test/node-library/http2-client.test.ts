import { once } from 'node:events';
import type { Http2ServerResponse } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:tls';
import { text as textOf } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { Http2Pool } from '../../src/node-library/http2-pool.ts';
import { follow, makeAuthorities, serviceDirectory } from './site.ts';

const PAYMENTS = 'spiffe://example.org/payments';

async function startPool() {
  const authorities = makeAuthorities();
  const [server, client] = await Promise.all(
    ['payments', 'reports'].map(name => follow(serviceDirectory(name, authorities))),
  );
  const http2 = server!.context.createHttp2Server(
    { allow: { memberOf: 'example.org' } },
    (_, response: Http2ServerResponse) => response.end('ok'),
  );
  let sessions = 0;
  http2.on('session', () => sessions++);
  http2.listen(0, '127.0.0.1');
  await once(http2, 'listening');
  onTestFinished(() => void http2.close());
  const { port } = http2.address() as AddressInfo;
  const pool = new Http2Pool(`https://127.0.0.1:${port}`, (host, to) =>
    client!.context.connect({ host, port: to, allow: PAYMENTS, ALPNProtocols: ['h2'] }),
  );
  const ask = (): Promise<string> => textOf(pool.request({ ':path': '/' }));
  return { pool, ask, sessions: () => sessions };
}

test('a change while a session connects loses none of its requests', async () => {
  const { pool, ask, sessions } = await startPool();
  const first = [ask(), ask()];
  pool.replace();
  const second = ask();
  pool.replace();
  expect(await Promise.all([...first, second])).toEqual(['ok', 'ok', 'ok']);
  expect(await ask()).toBe('ok');
  expect(sessions()).toBe(3);
  await pool.close();
});

test('a change while more requests wait than a session has streams loses none', async () => {
  const { pool, ask } = await startPool();
  expect(await ask()).toBe('ok');
  const waiting = Array.from({ length: 500 }, ask);
  pool.replace();
  expect(await Promise.all(waiting)).toEqual(waiting.map(() => 'ok'));
  await pool.close();
});

test('a client that is closed while its session connects answers what it was asked', async () => {
  const { pool, ask } = await startPool();
  const asked = ask();
  const closed = pool.close();
  expect(await asked).toBe('ok');
  await closed;
  expect(ask).toThrow('the client is closed');
});

test('a session whose server falls silent ends, and one whose server only takes its time does not', async () => {
  const authorities = makeAuthorities();
  const [server, client] = await Promise.all(
    ['payments', 'reports'].map(name => follow(serviceDirectory(name, authorities))),
  );
  const allow = { memberOf: 'example.org' };
  const patience = { silence: 100, answer: 400 };
  const start = async (listener: Server) => {
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    onTestFinished(() => void listener.close());
    const { port } = listener.address() as AddressInfo;
    const open = (host: string, to: number) =>
      client!.context.connect({ host, port: to, allow: PAYMENTS, ALPNProtocols: ['h2'] });
    const pool = new Http2Pool(`https://127.0.0.1:${port}`, open, patience);
    onTestFinished(() => pool[Symbol.dispose]());
    return textOf(pool.request({ ':path': '/' }));
  };
  const silent = server!.context.createTlsServer({ allow, ALPNProtocols: ['h2'] }, socket => {
    socket.on('error', () => undefined).resume();
  });
  const slow = server!.context.createHttp2Server({ allow }, (_, response: Http2ServerResponse) => {
    setTimeout(() => response.end('ok'), 1500);
  });
  const [first, second] = await Promise.allSettled([start(silent), start(slow)]);
  expect(first).toMatchObject({ status: 'rejected', reason: { code: 'ETIMEDOUT' } });
  expect(second).toEqual({ status: 'fulfilled', value: 'ok' });
});
