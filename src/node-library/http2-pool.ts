// An HTTP/2 client for one origin: one session at a time for new requests, replaced after a change.
// The session before finishes its streams and closes. A session that the server closes is replaced at the next request.
import { connect, type ClientHttp2Session, type ClientHttp2Stream, type OutgoingHttpHeaders } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { Http2Client } from './types.ts';

export class Http2Pool implements Http2Client {
  readonly #origin: string;
  readonly #open: (host: string, port: number) => TLSSocket;
  readonly #sessions = new Set<ClientHttp2Session>();
  /** The streams of a session without a connection. Node would hide its error from them. */
  readonly #waiting = new WeakMap<ClientHttp2Session, Set<ClientHttp2Stream>>();
  #current: ClientHttp2Session | undefined;
  #isClosed = false;

  /** `open` makes a judged TLS connection that offers h2. */
  constructor(origin: string, open: (host: string, port: number) => TLSSocket) {
    const { protocol } = new URL(origin);
    if (protocol !== 'https:') throw new TypeError(`origin: ${JSON.stringify(origin)} does not begin with https://`);
    this.#origin = origin;
    this.#open = open;
  }

  request(headers: OutgoingHttpHeaders, options?: { readonly endStream?: boolean }): ClientHttp2Stream {
    if (this.#isClosed) throw Object.assign(new Error('the client is closed'), { code: 'ERR_HTTP2_CLIENT_CLOSED' });
    const session = this.#session();
    const stream = session.request(headers, options);
    if (session.connecting) this.#waiting.get(session)?.add(stream);
    return stream;
  }

  /** New requests get a new session; the present one closes after its streams. */
  replace(): void {
    this.#current?.close();
    this.#current = undefined;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#current = undefined;
    await Promise.all(
      [...this.#sessions].map(
        session =>
          new Promise<void>(resolve => {
            session.once('close', resolve);
            session.close();
          }),
      ),
    );
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    for (const session of this.#sessions) session.destroy();
  }

  #session(): ClientHttp2Session {
    const usable = this.#current;
    if (usable !== undefined && !usable.closed && !usable.destroyed) return usable;
    const { hostname, port } = new URL(this.#origin);
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    const socket = this.#open(host, Number(port || 443));
    const waiting = new Set<ClientHttp2Stream>();
    socket.once('error', error => waiting.forEach(stream => stream.destroy(error)));
    const session = connect(this.#origin, { createConnection: () => socket });
    this.#waiting.set(session, waiting);
    session.once('connect', () => waiting.clear());
    const forget = (): void => {
      if (this.#current === session) this.#current = undefined;
    };
    session.on('goaway', forget);
    // every stream gets the error as well
    session.on('error', forget);
    session.once('close', () => {
      forget();
      this.#sessions.delete(session);
    });
    this.#sessions.add(session);
    return (this.#current = session);
  }
}
