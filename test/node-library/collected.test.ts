import { once } from 'node:events';
import { request } from 'node:https';
import type { Http2ServerResponse } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as undici from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { crlPem, follow, makeAuthorities, makeSvid, serviceDirectory } from './site.ts';
import type { X509Source } from '../../src/node-library/types.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const ALLOW = { allow: 'spiffe://example.org/payments' } as const;

async function startSite() {
  const authorities = makeAuthorities();
  const [payments, reports] = ['payments', 'reports'].map(name => serviceDirectory(name, authorities));
  const [server, client] = [await follow(payments!), await follow(reports!)];
  const allow = { memberOf: 'example.org' };
  const http1 = server.context.createHttpsServer({ allow }, (_, response) => response.end('ok'));
  const http2 = server.context.createHttp2Server({ allow }, (_, response: Http2ServerResponse) => response.end('ok'));
  for (const each of [http1, http2]) {
    each.listen(0, '127.0.0.1');
    await once(each, 'listening');
  }
  onTestFinished(() => {
    http1.closeAllConnections();
    for (const each of [http1, http2]) each.close();
  });
  const change = async (): Promise<void> => {
    reports!.replace(
      'crl/issuing.pem',
      crlPem(authorities.issuing, { revoked: [makeSvid('other', authorities.issuing)], number: 2 }),
    );
    expect(await client.context.refresh()).toBe(true);
  };
  const portOf = (each: { address(): unknown }): number => (each.address() as AddressInfo).port;
  return { source: client.context, http1: portOf(http1), http2: portOf(http2), change };
}

type Site = Awaited<ReturnType<typeof startSite>>;

/** Each makes a client, asks once and drops the client. Its connection stays open. */
const CLIENTS: Readonly<Record<string, (site: Site) => Promise<WeakRef<object>>>> = {
  agent: async ({ source, http1 }) => {
    const agent = source.agent({ ...ALLOW, keepAlive: true });
    const [response] = (await once(request({ host: '127.0.0.1', port: http1, agent }).end(), 'response')) as [
      NodeJS.ReadableStream,
    ];
    expect(await textOf(response)).toBe('ok');
    return new WeakRef(agent);
  },
  http2Client: async ({ source, http2 }) => {
    const client = source.http2Client(`https://127.0.0.1:${http2}`, ALLOW);
    expect(await textOf(client.request({ ':path': '/' }))).toBe('ok');
    return new WeakRef(client);
  },
  dispatcher: async ({ source, http1 }) => {
    const dispatcher = source.dispatcher(undici, ALLOW);
    const { body } = await undici.request(`https://127.0.0.1:${http1}`, { dispatcher });
    expect(await body.text()).toBe('ok');
    return new WeakRef(dispatcher);
  },
};

const collected = (dropped: WeakRef<object>) =>
  expect.poll(
    () => {
      collectGarbage();
      // a value in the hands of the matcher would not be collected
      return dropped.deref() === undefined;
    },
    { timeout: 10_000 },
  );

test.each(Object.entries(CLIENTS))(
  '%s: a client that the service has dropped is collected after the next change',
  async (_, ask) => {
    const site = await startSite();
    const dropped = await ask(site);
    await site.change();
    await collected(dropped).toBe(true);
    // the source still works
    expect(site.source.health().status).toBe('ok');
  },
);

test('a client that was never used is collected without a change', async () => {
  const { source } = await startSite();
  const make = (from: X509Source): readonly WeakRef<object>[] =>
    [
      from.agent({ ...ALLOW, keepAlive: true }),
      from.http2Client('https://127.0.0.1:1', ALLOW),
      from.dispatcher(undici, ALLOW) as object,
    ].map(client => new WeakRef(client));
  for (const dropped of make(source)) await collected(dropped).toBe(true);
});
