// The ways in which the clients of the traffic ask: agents with every limit, HTTP/2, undici and raw TLS.
// Each way is a function that asks once, and resolves to the answer.
import { once } from 'node:events';
import { Agent, request } from 'node:https';
import type { ClientHttp2Stream } from 'node:http2';
import type { AgentOptions } from 'node:https';
import { text as textOf } from 'node:stream/consumers';
import * as undici from 'undici';
import type { X509Source } from '../../../src/node-library/types.ts';
import type { Ports } from './server-side.ts';

export interface Way {
  readonly name: string;
  /** Callers beyond which this way is not asked: each has a connection of its own. */
  readonly most: number;
  readonly ask: (text: string) => Promise<string>;
  readonly stop: () => void;
}

const AGENTS: Readonly<Record<string, AgentOptions>> = {
  'keep-alive, 4 sockets, last in first out': { keepAlive: true, maxSockets: 4, scheduling: 'lifo' },
  'keep-alive, 32 sockets, first in first out': { keepAlive: true, maxSockets: 32, scheduling: 'fifo' },
  'keep-alive, 8 sockets in all': { keepAlive: true, maxTotalSockets: 8 },
  'no keep-alive, 16 sockets': { keepAlive: false, maxSockets: 16 },
  'keep-alive, a timeout': { keepAlive: true, timeout: 120_000, maxSockets: 16, maxFreeSockets: 2 },
  'keep-alive, no limit': { keepAlive: true },
};

const SERVER = { allow: 'spiffe://example.org/payments' } as const;
const HOST = '127.0.0.1';

const askAgent = (agent: Agent, port: number) => (text: string) =>
  new Promise<string>((resolve, reject) => {
    const sent = request({ host: HOST, port, agent, path: text, method: 'POST' }, response => {
      textOf(response).then(resolve, reject);
    });
    sent.on('error', reject).end('x');
  });

export function waysOf(source: X509Source, ports: Ports, plain: AgentOptions): readonly Way[] {
  const agents = Object.entries(AGENTS).map(([name, options]): Way => {
    const agent = source.agent({ ...SERVER, ...options });
    const most = options.maxSockets === undefined && options.maxTotalSockets === undefined ? 50 : 2000;
    return { name, most, ask: askAgent(agent, ports.http1), stop: () => agent.destroy() };
  });
  const http2 = source.http2Client(`https://${HOST}:${ports.http2}`, SERVER);
  const dispatcher = source.dispatcher(undici, { ...SERVER, connections: 16, keepAliveTimeout: 600_000 });
  const pool = new undici.Agent({ connect: source.connector(SERVER), connections: 16, keepAliveTimeout: 600_000 });
  const reference = new Agent({ ...plain, keepAlive: true, maxSockets: 16, checkServerIdentity: () => undefined });
  const fetching = (through: undici.Dispatcher) => async (text: string) =>
    (await undici.fetch(`https://${HOST}:${ports.http1}${text}`, { dispatcher: through })).text();
  return [
    ...agents,
    {
      name: 'HTTP/2',
      most: 200,
      ask: text => askStream(http2.request({ ':path': text })),
      stop: () => void http2.close(),
    },
    { name: 'undici, a dispatcher', most: 2000, ask: fetching(dispatcher), stop: () => void dispatcher.close() },
    { name: 'undici, a connector', most: 2000, ask: fetching(pool), stop: () => void pool.close() },
    { name: 'raw TLS', most: 16, ask: text => askRaw(source, ports.tls, text), stop: () => undefined },
    {
      name: REFERENCE,
      most: 200,
      ask: askAgent(reference, ports.http1),
      stop: () => reference.destroy(),
    },
  ];
}

/** The name of the agent of Node that runs beside ours. */
export const REFERENCE = 'https.Agent, for comparison';

async function askStream(stream: ClientHttp2Stream): Promise<string> {
  stream.end();
  return textOf(stream);
}

async function askRaw(source: X509Source, port: number, text: string): Promise<string> {
  const socket = source.connect({ ...SERVER, host: HOST, port });
  try {
    await once(socket, 'secureConnect');
    socket.write(text);
    let said = '';
    for await (const data of socket) {
      said += String(data);
      if (said.length >= text.length) return said;
    }
    throw new Error('the connection ended before the answer');
  } finally {
    socket.destroy();
  }
}
