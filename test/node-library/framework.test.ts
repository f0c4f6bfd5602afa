/** Servers that a framework makes from the options of a source. */
import { once } from 'node:events';
import { createServer, request, type Agent } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { peerSpiffeId } from '../../src/node-library/api.ts';
import { follow, makeAuthorities, serviceDirectory } from './site.ts';

const PAYMENTS = 'spiffe://example.org/payments';
const REPORTS = 'spiffe://example.org/reports';

/** Starts a server of `serverOptions()`; `ask` resolves to its answer or to the code of the error. */
async function start() {
  const authorities = makeAuthorities();
  const [server, client] = await Promise.all(
    ['payments', 'reports'].map(name => follow(serviceDirectory(name, authorities))),
  );
  const framework = createServer(server!.context.serverOptions(), ({ socket }, response) => {
    response.end(peerSpiffeId(socket));
  });
  framework.listen(0, '127.0.0.1');
  await once(framework, 'listening');
  onTestFinished(() => void framework.close());
  const { port } = framework.address() as AddressInfo;
  const agent: Agent = client!.context.agent({ allow: PAYMENTS });
  onTestFinished(() => agent.destroy());
  const ask = (): Promise<string> =>
    new Promise(resolve => {
      request({ host: '127.0.0.1', port, agent }, response => {
        response.setEncoding('utf8').once('data', resolve);
      })
        .on('error', (error: NodeJS.ErrnoException) => resolve(error.code!))
        .end();
    });
  return { framework, source: server!.context, ask };
}

test('a server of a framework accepts no peer until the source follows it', async () => {
  const { framework, source, ask } = await start();
  expect(await ask()).toMatch(/^E/);
  source.follow(framework, { allow: REPORTS });
  expect(await ask()).toBe(REPORTS);
});

test('a followed server without a rule accepts every service of its trust domain', async () => {
  const { framework, source, ask } = await start();
  source.follow(framework);
  expect(await ask()).toBe(REPORTS);
});

test('a followed server rejects a peer that its rule does not accept', async () => {
  const { framework, source, ask } = await start();
  source.follow(framework, { allow: { pattern: 'spiffe://example.org/ns/**' } });
  expect(await ask()).toBe('ECONNRESET');
  expect(source.state.connections).toMatchObject({ open: 0, rejected: 1 });
});
