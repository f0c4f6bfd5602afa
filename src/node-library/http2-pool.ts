// An HTTP/2 client for one origin: one session at a time for new requests, replaced after a change.
// The session before finishes its streams, and only then closes: Node loses streams of a session that is closed while it connects.
// A session that the server closes is replaced at the next request. One whose server is silent is asked by a ping: Node never ends
// the streams of a session whose write met a reset connection.
import { connect, type ClientHttp2Session, type ClientHttp2Stream, type OutgoingHttpHeaders } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { Http2Client } from './types.ts';

/** Milliseconds. A silent session with open streams sends a ping, and closes if no answer comes. */
export interface Patience {
  readonly silence: number;
  readonly answer: number;
}

const PATIENCE: Patience = { silence: 20_000, answer: 10_000 };

export class Http2Pool implements Http2Client {
  readonly #origin: string;
  readonly #open: (host: string, port: number) => TLSSocket;
  readonly #patience: Patience;
  /** The open sessions, each with the number of its open streams. */
  readonly #sessions = new Map<ClientHttp2Session, number>();
  /** The streams of a session without a connection. Node would hide its error from them. */
  readonly #waiting = new WeakMap<ClientHttp2Session, Set<ClientHttp2Stream>>();
  #current: ClientHttp2Session | undefined;
  #isClosed = false;

  /** `open` makes a judged TLS connection that offers h2. */
  constructor(origin: string, open: (host: string, port: number) => TLSSocket, patience = PATIENCE) {
    const { protocol } = new URL(origin);
    if (protocol !== 'https:') throw new TypeError(`origin: ${JSON.stringify(origin)} does not begin with https://`);
    this.#origin = origin;
    this.#open = open;
    this.#patience = patience;
  }

  request(headers: OutgoingHttpHeaders, options?: { readonly endStream?: boolean }): ClientHttp2Stream {
    if (this.#isClosed) throw Object.assign(new Error('the client is closed'), { code: 'ERR_HTTP2_CLIENT_CLOSED' });
    const session = this.#session();
    const stream = session.request(headers, options);
    if (session.connecting) this.#waiting.get(session)?.add(stream);
    this.#count(session, 1);
    stream.once('close', () => {
      this.#count(session, -1);
      this.#closeIdle(session);
    });
    return stream;
  }

  /** New requests get a new session; the present one closes after its streams. */
  replace(): void {
    const old = this.#current;
    this.#current = undefined;
    if (old !== undefined) this.#closeIdle(old);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#current = undefined;
    await Promise.all(
      [...this.#sessions.keys()].map(
        session =>
          new Promise<void>(resolve => {
            session.once('close', resolve);
            this.#closeIdle(session);
          }),
      ),
    );
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    for (const session of this.#sessions.keys()) session.destroy();
  }

  #count(session: ClientHttp2Session, change: number): void {
    const streams = this.#sessions.get(session);
    if (streams !== undefined) this.#sessions.set(session, streams + change);
  }

  /** Closes a session that gets no further stream and has none. */
  #closeIdle(session: ClientHttp2Session): void {
    if (session === this.#current || this.#sessions.get(session) !== 0) return;
    // Node keeps a session in memory as long as its timer runs
    session.setTimeout(0);
    session.close();
  }

  /** Ends a session whose server does not answer. */
  #probe(session: ClientHttp2Session): void {
    if (session.destroyed || (this.#sessions.get(session) ?? 0) === 0) return;
    const { answer } = this.#patience;
    const words = `the server has not answered a ping for ${answer} ms`;
    const end = (): void => session.destroy(Object.assign(new Error(words), { code: 'ETIMEDOUT' }));
    const timer = setTimeout(end, answer).unref();
    session.ping(() => clearTimeout(timer));
  }

  #session(): ClientHttp2Session {
    const usable = this.#current;
    if (usable !== undefined && !usable.closed && !usable.destroyed) return usable;
    const { hostname, port } = new URL(this.#origin);
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    const socket = this.#open(host, Number(port || 443));
    const waiting = new Set<ClientHttp2Stream>();
    socket.once('error', (error: Error) => waiting.forEach(stream => stream.destroy(error)));
    const session = connect(this.#origin, { createConnection: () => socket });
    this.#waiting.set(session, waiting);
    session.once('connect', () => waiting.clear());
    const forget = (): void => {
      if (this.#current === session) this.#current = undefined;
    };
    session.on('goaway', forget);
    session.setTimeout(this.#patience.silence, () => this.#probe(session));
    // every stream gets the error as well
    session.on('error', forget);
    session.once('close', () => {
      forget();
      this.#sessions.delete(session);
    });
    this.#sessions.set(session, 0);
    return (this.#current = session);
  }
}
