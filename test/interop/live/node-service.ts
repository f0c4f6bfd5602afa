/** A Node service as docs/node.md writes it: a server and a client that follow their files when they are told to look. */
import { once } from 'node:events';
import { createServer, request, type RequestOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import {
  peerSpiffeId,
  secureContext,
  type Clock,
  type FollowProblem,
  type SpiffeIdText,
} from '../../../src/node-library/api.ts';
import { realNow } from '../../support/real-clock.ts';
import { anchorsOf, crlBundleOf, type Pki } from '../pki.ts';
import type { LiveClient, LiveServer } from './traffic.ts';

export interface NodeService extends LiveServer, LiveClient {
  /** What it was told of its files. */
  readonly problems: readonly FollowProblem[];
  /** Has the files of now. */
  follow(): Promise<void>;
  stop(): Promise<void>;
}

export const idOf = (name: string): SpiffeIdText => `spiffe://example.org/${name}`;

/** Nobody looks but when told. */
const TOLD: Clock = { now: realNow, every: () => () => undefined };

/** Why a server of this process ended a connection, by the port that it came from. */
const refusals = new Map<number, string>();

export async function startNodeService(pki: Pki, name: string): Promise<NodeService> {
  const problems: FollowProblem[] = [];
  const context = await secureContext({
    dir: join(pki.home, 'services', name),
    bundle: anchorsOf(pki),
    crls: crlBundleOf(pki),
    clock: TOLD,
    onProblem: problem => problems.push(problem),
  });
  const server = createServer(context.serverOptions(), ({ socket }, response) => {
    response.writeHead(200, { connection: 'close' }).end(peerSpiffeId(socket));
  });
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
    refusals.set(socket.remotePort ?? 0, codeOf(socket) ?? error.code ?? error.message);
  });
  // a socket that has asked once still knows its port when it is destroyed
  server.on('keylog', (_, socket: TLSSocket) => void socket.remotePort);
  context.follow(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    name,
    id: idOf(name),
    port: (server.address() as AddressInfo).port,
    problems,
    ask: ({ id, port }) => ask(name, { port, ...context.connectOptions({ allow: [id] }) }),
    follow: async () => void (await context.refresh()),
    stop: async () => {
      context.close();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Every server answers with the one that it let in. */
function ask(name: string, options: RequestOptions): Promise<string | undefined> {
  return new Promise(resolve => {
    let port = 0;
    // an agent of its own has no session to resume
    const asked = request({ host: '127.0.0.1', agent: false, ...options }, response => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      const isResumed = (response.socket as TLSSocket).isSessionReused();
      response.on('end', () => {
        if (isResumed) resolve('no full handshake: a session was resumed');
        else resolve(response.statusCode === 200 && body.includes(name) ? undefined : body);
      });
    });
    asked.on('socket', socket => socket.on('connect', () => (port = socket.localPort ?? 0)));
    asked.on('error', (error: NodeJS.ErrnoException) => {
      const words = refusals.get(port) ?? error.code ?? error.message;
      refusals.delete(port);
      resolve(words);
    });
    asked.end();
  });
}

/** Typed as an Error, and a code in fact. */
function codeOf({ authorizationError }: Pick<TLSSocket, 'authorizationError'>): string | undefined {
  return typeof authorizationError === 'string' ? authorizationError : undefined;
}
