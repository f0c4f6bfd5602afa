// The servers of the traffic: HTTP/1, HTTP/2 and raw TLS, all of one source.
// Each answers with the text that it was sent, after a random delay and in two pieces: changes hit every part of a request.
import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Server as TlsServer } from 'node:tls';
import { setTimeout as wait } from 'node:timers/promises';
import type { X509Source } from '../../../src/node-library/types.ts';
import type { Random } from './random.ts';

export interface Ports {
  readonly http1: number;
  readonly http2: number;
  readonly tls: number;
}

/** Milliseconds that an answer, or a part of it, waits at most. */
const DELAY = 25;

export async function startServers(source: X509Source, random: Random) {
  const allow = { memberOf: 'example.org' };
  const answer = async (path: string, response: ServerResponse | Http2ServerResponse): Promise<void> => {
    await wait(random.below(DELAY));
    const [head, tail] = [path.slice(0, 3), path.slice(3)];
    (response as ServerResponse).write(head);
    if (random.below(3) === 0) await wait(random.below(DELAY));
    response.end(tail);
  };
  const http1 = source.createHttpsServer(
    { allow, keepAliveTimeout: 600_000, requestTimeout: 0 },
    (request, response) => {
      request.resume();
      void answer(request.url!, response);
    },
  );
  // Node's own race: a server that closes an idle connection may cross a request
  http1.keepAliveTimeout = 600_000;
  const http2 = source.createHttp2Server({ allow }, (request: { url: string }, response: Http2ServerResponse) => {
    response.stream.on('error', () => undefined);
    void answer(request.url, response);
  });
  const tls = source.createTlsServer({ allow }, socket => {
    socket.on('error', () => undefined);
    socket.on('data', (data: Buffer) => {
      void wait(random.below(DELAY)).then(() => socket.writable && socket.write(data));
    });
  });
  const listen = async (server: Server | TlsServer): Promise<number> => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const ports: Ports = { http1: await listen(http1), http2: await listen(http2), tls: await listen(tls) };
  const stop = (): void => {
    http1.closeAllConnections();
    for (const server of [http1, http2, tls]) server.close();
  };
  return { ports, stop };
}
