// The ways in which the clients of the traffic ask: agents with every limit, HTTP/2, undici and raw TLS.
// Each way is a function that asks once. It resolves to the answer, which is the path with the body behind it.
import { once } from 'node:events';
import { Agent, request, type AgentOptions } from 'node:https';
import type { ClientHttp2Stream } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { text as textOf } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import * as undici from 'undici';
import type { PeerRule, X509Source } from '../../../src/node-library/types.ts';
import type { Random } from './random.ts';
import type { Ports } from './servers.ts';

export interface Question {
  readonly path: string;
  readonly body: string;
  /** Milliseconds between the two halves of the body. */
  readonly pause: number;
}

export interface Way {
  readonly name: string;
  /** Callers at a time, at most. */
  readonly most: number;
  /** Milliseconds that a caller waits between two requests, at most. A handshake for each request is what the machine can do least. */
  readonly rest: number;
  readonly ask: (question: Question) => Promise<string>;
  readonly stop: () => void;
}

/** The name of Node's own agent, which runs beside ours with the same files. */
export const REFERENCE = 'https.Agent of Node, for comparison';

const HOST = '127.0.0.1';

/** Milliseconds between two requests of a caller where each has a handshake. */
const REST = 1500;
/** Callers at a time where each has a connection of its own. */
const FEW = 3;
const MANY = 2000;
/** Milliseconds that undici waits for a connection: a busy machine loses nothing. */
const CONNECT = 60_000;

const AGENTS: readonly (readonly [options: AgentOptions, most: number])[] = [
  [{ keepAlive: true, maxSockets: 4, scheduling: 'lifo' }, MANY],
  [{ keepAlive: true, maxSockets: 5, scheduling: 'fifo' }, MANY],
  [{ keepAlive: true, maxTotalSockets: 3, scheduling: 'fifo' }, MANY],
  [{ keepAlive: true, maxSockets: 4, maxFreeSockets: 2, timeout: 300 }, MANY],
  [{ keepAlive: true, maxSockets: 2, maxTotalSockets: 2, maxCachedSessions: 0 }, 200],
  [{ keepAlive: false, maxSockets: 2 }, 60],
  [{ keepAlive: false, maxTotalSockets: 1, timeout: 2000, scheduling: 'lifo' }, 60],
  [{ keepAlive: true }, FEW],
];

const nameOf = (options: object): string =>
  `agent, ${Object.entries(options)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ')}`;

/** Every way of a source to the servers on these ports. */
export function waysOf(source: X509Source, ports: Ports, allow: PeerRule): readonly Way[] {
  const agents = AGENTS.map(([options, most]): Way => {
    const agent = source.agent({ allow, ...options });
    const rest = options.keepAlive === true ? 0 : REST;
    return { name: nameOf(options), most, rest, ask: askAgent(agent, ports.http1), stop: () => agent.destroy() };
  });
  return [...agents, ...otherWaysOf(source, ports, allow)];
}

/** One way of each kind, for a peer that is about to be revoked. */
export function fewWaysOf(source: X509Source, ports: Ports, allow: PeerRule): readonly Way[] {
  const agents = [
    { keepAlive: true, maxSockets: 3 },
    { keepAlive: false, maxSockets: 2 },
  ].map((options): Way => {
    const agent = source.agent({ allow, ...options });
    return {
      name: nameOf(options),
      most: MANY,
      rest: 0,
      ask: askAgent(agent, ports.http1),
      stop: () => agent.destroy(),
    };
  });
  return [...agents, ...otherWaysOf(source, ports, allow)];
}

function otherWaysOf(source: X509Source, ports: Ports, allow: PeerRule): readonly Way[] {
  const http2 = source.http2Client(`https://${HOST}:${ports.http2}`, { allow });
  const dispatcher = source.dispatcher(undici, { allow, connections: 3, connectTimeout: CONNECT });
  const pool = new undici.Agent({ connect: source.connector({ allow, timeout: CONNECT }), connections: 3 });
  const lines = new Lines(source, ports.tls, allow);
  return [
    {
      name: 'http2Client',
      most: MANY,
      rest: 0,
      ask: q => askStream(http2.request(headersOf(q)), q),
      stop: dispose(http2),
    },
    {
      name: 'dispatcher',
      most: MANY,
      rest: 0,
      ask: askFetch(dispatcher, ports.http1),
      stop: () => void dispatcher.destroy(),
    },
    { name: 'connector', most: MANY, rest: 0, ask: askUndici(pool, ports.http1), stop: () => void pool.destroy() },
    {
      name: 'connect, a connection for each request',
      most: FEW,
      rest: REST,
      ask: q => lines.ask(q, false),
      stop: () => undefined,
    },
    {
      name: 'connect, connections kept open',
      most: FEW,
      rest: 0,
      ask: q => lines.ask(q, true),
      stop: () => lines.stop(),
    },
  ];
}

export function referenceOf(options: AgentOptions, ports: Ports): Way {
  const agent = new Agent({ ...options, keepAlive: true, maxSockets: 4, checkServerIdentity: () => undefined });
  return { name: REFERENCE, most: 200, rest: 0, ask: askAgent(agent, ports.http1), stop: () => agent.destroy() };
}

const dispose = (client: Disposable) => () => client[Symbol.dispose]();

/** Sends the body in two halves. */
async function sendBody(sink: NodeJS.WritableStream, { body, pause }: Question): Promise<void> {
  const half = body.length >> 1;
  sink.write(body.slice(0, half));
  if (pause > 0) await wait(pause);
  sink.end(body.slice(half));
}

const askAgent = (agent: Agent, port: number) => (question: Question) =>
  new Promise<string>((resolve, reject) => {
    const sent = request({ host: HOST, port, agent, path: question.path, method: 'POST' }, response => {
      textOf(response).then(resolve, reject);
    });
    sent.on('error', reject);
    sendBody(sent, question).catch(reject);
  });

const headersOf = ({ path }: Question) => ({ ':path': path, ':method': 'POST' });

async function askStream(stream: ClientHttp2Stream, question: Question): Promise<string> {
  const answer = textOf(stream);
  sendBody(stream, question).catch(() => undefined);
  return answer;
}

const askFetch = (dispatcher: undici.Dispatcher, port: number) => async (question: Question) => {
  const { path, body } = question;
  const response = await undici.fetch(`https://${HOST}:${port}${path}`, { dispatcher, method: 'POST', body });
  return response.text();
};

const askUndici = (dispatcher: undici.Dispatcher, port: number) => async (question: Question) => {
  const { path, body } = question;
  const response = await undici.request(`https://${HOST}:${port}${path}`, { dispatcher, method: 'POST', body });
  return response.body.text();
};

/** Raw TLS: one line asks, one line answers. */
class Lines {
  readonly #source: X509Source;
  readonly #port: number;
  readonly #allow: PeerRule;
  readonly #idle: TLSSocket[] = [];

  constructor(source: X509Source, port: number, allow: PeerRule) {
    this.#source = source;
    this.#port = port;
    this.#allow = allow;
  }

  async ask({ path }: Question, isKept: boolean): Promise<string> {
    const socket = (isKept ? this.#idle.pop() : undefined) ?? (await this.#open());
    const answer = lineOf(socket);
    socket.write(`${path}\n`);
    const said = await answer;
    if (isKept) this.#idle.push(socket);
    else socket.destroy();
    return said;
  }

  async #open(): Promise<TLSSocket> {
    const socket = this.#source.connect({ allow: this.#allow, host: HOST, port: this.#port });
    await once(socket, 'secureConnect');
    // an idle connection may end; the next request on it notices
    return socket.on('error', () => undefined);
  }

  stop(): void {
    for (const socket of this.#idle) socket.destroy();
  }
}

/** Reads one line. Rejects when the connection ends before. */
export const lineOf = (socket: TLSSocket): Promise<string> =>
  new Promise((resolve, reject) => {
    let said = '';
    const onData = (piece: Buffer): void => {
      said += piece.toString();
      if (said.endsWith('\n')) settle(() => resolve(said.trimEnd()));
    };
    const onError = (error: Error): void => settle(() => reject(error));
    const onClose = (): void => settle(() => reject(new Error('the connection ended before the answer')));
    const settle = (how: () => void): void => {
      socket.off('data', onData).off('error', onError).off('close', onClose);
      how();
    };
    if (socket.destroyed) onClose();
    else socket.on('data', onData).on('error', onError).on('close', onClose);
  });

export function questionOf(path: string, random: Random): Question {
  const isLong = random.below(200) === 0;
  const length = isLong ? 200_000 : random.below(40);
  return { path, body: 'x'.repeat(length), pause: random.below(16) === 0 ? random.below(40) : 0 };
}
