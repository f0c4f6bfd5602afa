// Conversations between the service and a plain peer, over each transport, with the service on either side.
// The server answers each question; a link says whether its connection is still good, and with which error it closed.
import { once } from 'node:events';
import { connect as connectHttp2, createSecureServer, type Http2SecureServer } from 'node:http2';
import { Agent, createServer as createHttpsServer, request, type Server as HttpsServer } from 'node:https';
import { connect as connectTcp, createServer as createTcpServer, type Socket } from 'node:net';
import {
  connect,
  createServer as createTlsServer,
  type ConnectionOptions,
  type Server,
  type TLSSocket,
} from 'node:tls';
import type { Duplex } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import type { PeerRule } from '../../../src/node-library/types.ts';
import { EVERYONE, type Papers, type Side, type World } from './world.ts';

export type Transport = 'raw TLS' | 'HTTP/1' | 'HTTP/2' | 'an upgraded socket';

export interface Link {
  /** Asks once more; rejects with the error of the connection. */
  ask(): Promise<string>;
  /** The error with which a question that was never answered ended. */
  readonly ended: Promise<Error>;
  readonly session: () => Buffer | undefined;
}

export interface Opening {
  readonly session?: Buffer | undefined;
  readonly version?: 'TLSv1.2' | 'TLSv1.3';
  /** Settles before the handshake begins; TCP is connected at once. */
  readonly gate?: Promise<void>;
  readonly allow?: PeerRule | readonly PeerRule[];
}

const quiet = <T extends { on(name: 'error', listener: () => void): unknown }>(emitter: T): T => {
  emitter.on('error', () => undefined);
  return emitter;
};

const versions = ({ version }: Opening) => (version && { minVersion: version, maxVersion: version }) ?? {};

/** Answers each `ping` of a connection. */
function answer(socket: Duplex): void {
  quiet(socket).on('data', (data: Buffer) => void (data.toString().includes('ping') && socket.write('pong')));
}

type Listening = Server | HttpsServer | Http2SecureServer;

/** Lets a server answer, over its transport. */
function serve(server: Listening, transport: Transport): Listening {
  if (transport === 'raw TLS') return server.on('secureConnection', answer);
  if (transport === 'HTTP/2') {
    return (server as Http2SecureServer).on('stream', (stream, headers) => {
      quiet(stream).respond({ ':status': 200 });
      if (headers[':path'] === '/held') stream.write('…');
      else stream.end('pong');
    });
  }
  (server as HttpsServer).on('request', (incoming, response) => {
    if (incoming.url === '/held') response.write('…');
    else response.end('pong');
  });
  return server.on('upgrade', (_incoming, socket: Duplex) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: ping\r\n\r\n');
    answer(socket);
  });
}

/** Starts a server of ours. */
async function ourServer(world: World, transport: Transport, allow: Opening['allow'] = EVERYONE) {
  const { source } = world;
  const options = { allow };
  const server =
    transport === 'raw TLS'
      ? source.createTlsServer(options)
      : transport === 'HTTP/2'
        ? source.createHttp2Server(options)
        : source.createHttpsServer(options);
  return { server: serve(server, transport), port: await world.listen(server) };
}

/** Starts a server of a peer. It begins no handshake before the gate opens. */
async function theirServer(world: World, transport: Transport, papers: Papers, opening: Opening): Promise<number> {
  const options = { ...papers.tls, ...versions(opening), requestCert: true };
  const server =
    transport === 'raw TLS'
      ? createTlsServer(options)
      : transport === 'HTTP/2'
        ? createSecureServer(options)
        : createHttpsServer(options);
  server.on('secureConnection', quiet);
  serve(server, transport);
  const sockets = new Set<Socket>();
  world.closing(() => sockets.forEach(socket => socket.destroy()));
  return world.listen(
    createTcpServer(socket => {
      sockets.add(quiet(socket));
      void (opening.gate ?? Promise.resolve()).then(() => server.emit('connection', socket));
    }),
  );
}

/** A link over an open connection that carries lines. */
function lines(socket: Duplex, session: () => Buffer | undefined): Link {
  let failure: Error | undefined;
  const ended = new Promise<Error>(resolve => {
    socket.on('error', (error: Error) => (failure ??= error));
    socket.on('close', () => resolve((failure ??= new Error('closed'))));
  });
  return {
    ended,
    session,
    ask: () =>
      new Promise((resolve, reject) => {
        socket.once('data', (data: Buffer) => resolve(data.toString()));
        void ended.then(reject);
        socket.write('ping');
      }),
  };
}

function overTls(socket: TLSSocket): Link {
  let session: Buffer | undefined;
  socket.on('session', (offered: Buffer) => (session = offered));
  return lines(socket, () => session);
}

/** Reads an answer that never ends, and resolves to its error. */
const failureOf = (stream: Duplex | NodeJS.ReadableStream): Promise<Error> =>
  new Promise(resolve => {
    stream.on('error', resolve);
    stream.on('close', () => resolve(new Error('closed')));
    stream.resume();
  });

function overHttp1(agent: Agent, port: number): Link {
  const get = (path: string) => request({ host: '127.0.0.1', port, path, agent });
  let ended: Promise<Error> | undefined;
  return {
    session: () => undefined,
    ask: () =>
      new Promise((resolve, reject) => {
        get('/')
          .on('response', response => void textOf(response).then(resolve, reject))
          .on('error', reject)
          .end();
      }),
    get ended() {
      return (ended ??= new Promise<Error>(resolve => {
        const held = get('/held');
        held.on('response', response => void failureOf(response).then(error => setImmediate(resolve, error)));
        held.on('error', resolve).end();
      }));
    },
  };
}

async function upgraded(agent: Agent, port: number): Promise<Link> {
  const asked = request({
    ...{ host: '127.0.0.1', port, agent },
    headers: { connection: 'upgrade', upgrade: 'ping' },
  });
  const socket = new Promise<Duplex>((resolve, reject) => {
    asked.on('upgrade', (_response, given: Duplex) => resolve(given));
    asked.on('error', reject);
  });
  asked.end();
  return lines(await socket, () => undefined);
}

function overHttp2(open: (path: string) => ReturnType<ReturnType<typeof connectHttp2>['request']>): Link {
  let ended: Promise<Error> | undefined;
  return {
    session: () => undefined,
    ask: () =>
      new Promise((resolve, reject) => {
        const stream = open('/');
        stream.on('error', reject);
        stream.on('close', () => reject(new Error('closed')));
        textOf(stream).then(text => (text === '' ? reject(new Error('no answer')) : resolve(text)), reject);
      }),
    get ended() {
      return (ended ??= failureOf(open('/held')));
    },
  };
}

/** Connects a plain client to a server of ours. */
async function theirClient(world: World, transport: Transport, papers: Papers, port: number, opening: Opening) {
  const options = {
    ...papers.tls,
    ...versions(opening),
    ...(opening.session && { session: opening.session }),
    checkServerIdentity: () => undefined,
  };
  const open = async (more: ConnectionOptions = {}): Promise<TLSSocket> => {
    const tcp = quiet(connectTcp(port, '127.0.0.1'));
    world.closing(() => tcp.destroy());
    await once(tcp, 'connect');
    await opening.gate;
    return connect({ ...options, ...more, socket: tcp });
  };
  if (transport === 'raw TLS') return overTls(await open());
  if (transport === 'HTTP/2') {
    const socket = await open({ ALPNProtocols: ['h2'] });
    const session = quiet(connectHttp2(`https://127.0.0.1:${port}`, { createConnection: () => socket }));
    return overHttp2(path => session.request({ ':path': path }));
  }
  const agent = new Agent({ ...options, keepAlive: true });
  world.closing(() => agent.destroy());
  return transport === 'HTTP/1' ? overHttp1(agent, port) : upgraded(agent, port);
}

/** Connects a client of ours to a server of a peer. */
async function ourClient(world: World, transport: Transport, port: number, opening: Opening): Promise<Link> {
  const { source } = world;
  const { allow = EVERYONE, session } = opening;
  if (transport === 'raw TLS') {
    const socket = source.connect({ host: '127.0.0.1', port, allow, ...(session && { session }) });
    world.closing(() => socket.destroy());
    if (opening.gate !== undefined) await once(socket, 'connect');
    return overTls(socket);
  }
  if (transport === 'HTTP/2') {
    const client = source.http2Client(`https://127.0.0.1:${port}`, { allow });
    world.closing(() => client[Symbol.dispose]());
    return overHttp2(path => client.request({ ':path': path }));
  }
  const agent = source.agent({ allow, keepAlive: true });
  world.closing(() => agent.destroy());
  return transport === 'HTTP/1' ? overHttp1(agent, port) : upgraded(agent, port);
}

/** A peer that the service can meet again and again, at one port. */
export interface Meeting {
  open(opening?: Opening): Promise<Link>;
  /** The server of ours, if it is one. */
  readonly server: Server | undefined;
}

/** Lets the service meet a peer over a transport. */
export async function meeting(
  world: World,
  side: Side,
  transport: Transport,
  papers: Papers,
  first: Opening = {},
): Promise<Meeting> {
  if (side === 'server') {
    const { server, port } = await ourServer(world, transport, first.allow);
    return { server, open: opening => theirClient(world, transport, papers, port, { ...first, ...opening }) };
  }
  const port = await theirServer(world, transport, papers, first);
  return { server: undefined, open: opening => ourClient(world, transport, port, { ...first, ...opening }) };
}
