// The connections of undici, and so of its fetch: a connector, and a dispatcher that follows changes.
// The service imports undici and hands it in: Node does not export the one inside it. Undici has no way to close only the idle
// connections of an agent, so a change makes a new agent, and the old one finishes its requests.
import type { TLSSocket } from 'node:tls';
import type { Undici, UndiciConnector } from './types.ts';

/** Milliseconds; the default of undici. */
const CONNECT_TIMEOUT = 10_000;

/** Makes a connector: undici gets a connection after its server was judged, and not before. */
export const connectorOf =
  (
    open: (host: string, port: number, servername: string | undefined) => TLSSocket,
    timeout = CONNECT_TIMEOUT,
  ): UndiciConnector =>
  ({ hostname, port, servername }, callback) => {
    const socket = open(hostname.replace(/^\[(.*)\]$/, '$1'), Number(port || 443), servername ?? undefined);
    let isDone = false;
    const done = (error: Error | undefined): void => {
      if (isDone) return;
      isDone = true;
      socket.setTimeout(0);
      socket.off('error', done);
      if (error === undefined) callback(null, socket);
      else callback(error, null);
    };
    socket.setNoDelay(true);
    socket.setTimeout(timeout, () =>
      socket.destroy(
        Object.assign(new Error(`no connection after ${timeout} ms`), { code: 'UND_ERR_CONNECT_TIMEOUT' }),
      ),
    );
    socket.once('error', done);
    socket.once('secureConnect', () => done(undefined));
    socket.once('close', () => done(new Error('the connection was closed before its handshake ended')));
  };

interface Dispatching {
  dispatch(options: unknown, handler: unknown): boolean;
  close(): Promise<void>;
  destroy(error?: Error | null): Promise<void>;
}

export interface Replaceable {
  replace(): void;
}

/** Makes a dispatcher that hands each request to the newest agent. */
export function dispatcherOf(undici: Undici, options: object, connect: UndiciConnector): Dispatching & Replaceable {
  const make = (): Dispatching => new undici.Agent({ ...options, connect }) as Dispatching;
  // typed here: the classes of undici differ from version to version
  const Base = undici.Dispatcher;
  let current = make();
  const leaving = new Set<Dispatching>();
  class FollowingDispatcher extends Base {
    dispatch(request: unknown, handler: unknown): boolean {
      return current.dispatch(request, handler);
    }
    async close(): Promise<void> {
      await Promise.all([current, ...leaving].map(agent => agent.close()));
    }
    async destroy(error?: Error | null): Promise<void> {
      await Promise.all([current, ...leaving].map(agent => agent.destroy(error ?? null)));
    }
    replace(): void {
      const old = current;
      current = make();
      leaving.add(old);
      const left = (): void => void leaving.delete(old);
      old.close().then(left, left);
    }
  }
  return new FollowingDispatcher();
}
