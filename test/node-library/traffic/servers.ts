// The servers of the traffic: HTTP/1, HTTP/2 and raw TLS, all of one source.
// Each sends the path and the body of a request back, after random delays and in pieces: changes hit every part of a request.
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Server, TLSSocket } from 'node:tls';
import { setTimeout as wait } from 'node:timers/promises';
import type { X509Source } from '../../../src/node-library/types.ts';
import type { Random } from './random.ts';

export interface Ports {
  readonly http1: number;
  readonly http2: number;
  readonly tls: number;
}

export interface Servers {
  readonly ports: Ports;
  readonly stop: () => void;
}

/** Milliseconds of most delays, and of a few: those last across a change. */
const DELAY = 5;
const LONG_DELAY = 1500;

/**
 * Node closes an idle connection of a server after 5 seconds. A request that crosses this on its way is lost: Node's own race, with
 * every agent. These connections stay idle for longer than the traffic lasts.
 */
const IDLE = 3_600_000;

const ALLOW = { allow: { memberOf: 'example.org' } } as const;

/** `onAnswer` hears of every piece of an answer that a peer is about to get. */
export async function startServers(
  source: X509Source,
  random: Random,
  onAnswer: (path: string) => void = () => undefined,
): Promise<Servers> {
  const delay = (): number => random.below(random.below(300) === 0 ? LONG_DELAY : DELAY);
  const open = new Set<TLSSocket>();

  const answer = async (
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
  ): Promise<void> => {
    const path = request.url!;
    const isGone = (): boolean => response.destroyed || request.socket.destroyed;
    onAnswer(path);
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    await once(request, 'end');
    await wait(delay());
    if (isGone()) return;
    onAnswer(path);
    (response as ServerResponse).write(path);
    if (random.below(3) === 0) await wait(delay());
    if (isGone()) return;
    onAnswer(path);
    response.end(Buffer.concat(pieces));
  };
  const onRequest = (
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
  ): void => {
    for (const each of [request, response]) each.on('error', () => undefined);
    // a request that its client gave up
    answer(request, response).catch(() => undefined);
  };
  const http1 = source.createHttpsServer({ ...ALLOW, keepAliveTimeout: IDLE, requestTimeout: 0 }, onRequest);
  const http2 = source.createHttp2Server({ ...ALLOW }, onRequest);
  const tls = source.createTlsServer({ ...ALLOW }, socket => {
    socket.on('error', () => undefined);
    let path = '';
    socket.on('data', (piece: Buffer) => {
      path += piece.toString();
      if (!path.endsWith('\n')) return;
      const [line, rest] = [path.trimEnd(), random.below(2)];
      path = '';
      onAnswer(line);
      void wait(delay()).then(async () => {
        if (socket.destroyed) return;
        onAnswer(line);
        socket.write(line.slice(0, rest));
        if (rest > 0) await wait(delay());
        if (socket.destroyed) return;
        onAnswer(line);
        socket.write(`${line.slice(rest)}\n`);
      });
    });
  });
  const servers: readonly Server[] = [http1, http2, tls];
  for (const server of servers) {
    server.on('secureConnection', (socket: TLSSocket) => {
      open.add(socket);
      socket.once('close', () => open.delete(socket));
    });
  }
  const listen = async (server: Server): Promise<number> => {
    server.listen(0, '127.0.0.1', 4096);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const ports: Ports = { http1: await listen(http1), http2: await listen(http2), tls: await listen(tls) };
  const stop = (): void => {
    for (const server of servers) server.close();
    for (const socket of open) socket.destroy();
  };
  return { ports, stop };
}
