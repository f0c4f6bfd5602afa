/** A Node service as in docs/node.md: a server and a client that reload their files on request. */
import { once } from 'node:events';
import { request, type RequestOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import {
  peerSpiffeId,
  openX509Source,
  type Clock,
  type SourceProblem,
  type SpiffeIdText,
} from '../../../src/node-library/api.ts';
import { realNow } from '../../support/real-clock.ts';
import { anchorsOf, crlBundleOf, type Pki } from '../pki.ts';
import type { LiveClient, LiveServer } from './traffic.ts';

export interface NodeService extends LiveServer, LiveClient {
  /** Messages about its files. */
  readonly problems: readonly SourceProblem[];
  /** Loads the current files. */
  follow(): Promise<void>;
  stop(): Promise<void>;
}

export const idOf = (name: string): SpiffeIdText => `spiffe://example.org/${name}`;

/** Watches no files: they are read only on request. */
const TOLD: Clock = { now: realNow, every: () => () => undefined };

/** Reason why a server of this process ended a connection, by the port of the client. */
const refusals = new Map<number, string>();

export async function startNodeService(pki: Pki, name: string): Promise<NodeService> {
  const problems: SourceProblem[] = [];
  const context = await openX509Source({
    dir: join(pki.home, 'services', name),
    bundle: anchorsOf(pki),
    crls: crlBundleOf(pki),
    clock: TOLD,
    onProblem: problem => problems.push(problem),
  });
  const server = context.createHttpsServer({ allow: { memberOf: 'example.org' } }, ({ socket }, response) => {
    response.writeHead(200, { connection: 'close' }).end(peerSpiffeId(socket));
  });
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
    refusals.set(
      socket.remotePort ?? 0,
      codeOf(socket) ?? (error as { reason?: string }).reason ?? error.code ?? error.message,
    );
  });
  // a socket whose port was read once still knows it when it is destroyed
  server.on('keylog', (_, socket: TLSSocket) => void socket.remotePort);
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

/** Sends a request. A server answers with the name of the client that it accepted. */
function ask(name: string, options: RequestOptions): Promise<string | undefined> {
  return new Promise(resolve => {
    let port = 0;
    // a new agent has no session to resume
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
      const words = refusals.get(port) ?? (error as { reason?: string }).reason ?? error.code ?? error.message;
      refusals.delete(port);
      resolve(words);
    });
    asked.end();
  });
}

/** Returns `authorizationError`, which is a code and not an Error as Node's types say. */
function codeOf({ authorizationError }: Pick<TLSSocket, 'authorizationError'>): string | undefined {
  return typeof authorizationError === 'string' ? authorizationError : undefined;
}
