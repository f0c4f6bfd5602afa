// Puts a judge between the end of a handshake and the listeners that wait for it.
// Servers and clients emit one event when a handshake has ended; the guard sees it first, so no listener ever sees a rejected peer.
// It takes the place of `emit` of one object, because a listener cannot keep an event from the other listeners.
import type { EventEmitter } from 'node:events';
import type { Server, TLSSocket } from 'node:tls';
import type { PeerError } from './connections.ts';

/** Judges a connection at the end of its handshake. */
export type Admission = (socket: TLSSocket) => PeerError | undefined;

/** Hears of a peer whose chain OpenSSL rejected, and returns the error that says so. */
export type Unverified = (socket: TLSSocket) => PeerError;

/** Rejects clients before any listener of the server sees their connection. */
export function guardServer(server: Server, admit: Admission, unverified: Unverified): void {
  beforeEvent(server, 'secureConnection', socket => {
    const error = judged(admit, socket as TLSSocket);
    if (error === undefined) return true;
    // listeners of the event may end the connection with this error, and it has no other listener
    (socket as TLSSocket).on('error', () => undefined);
    try {
      server.emit('tlsClientError', error, socket);
    } finally {
      (socket as TLSSocket).destroy();
    }
    return false;
  });
  server.on('tlsClientError', (_error, socket) => {
    if (isUnverified(socket)) unverified(socket);
  });
}

/** Rejects the server of a connection before any data was exchanged. */
export function guardClient(socket: TLSSocket, admit: Admission, unverified: Unverified): TLSSocket {
  beforeEvent(socket, 'secureConnect', () => {
    const error = judged(admit, socket);
    if (error === undefined) return true;
    socket.destroy(error);
    return false;
  });
  let isKnown = false;
  // Node has rejected it with a code of OpenSSL: the service gets the code of every other rejected peer
  beforeEvent(socket, 'error', cause => {
    if (isKnown || !isUnverified(socket)) return true;
    isKnown = true;
    socket.emit('error', Object.assign(unverified(socket), { cause }));
    return false;
  });
  return socket;
}

/** A judge that throws rejects: with a handler for uncaught exceptions, the connection would stay open. */
function judged(admit: Admission, socket: TLSSocket): Error | undefined {
  try {
    return admit(socket);
  } catch (error) {
    return error as Error;
  }
}

const isUnverified = ({ authorized, authorizationError }: TLSSocket): boolean =>
  !authorized && (authorizationError as unknown) !== null && (authorizationError as unknown) !== undefined;

function beforeEvent(emitter: EventEmitter, event: string, pass: (argument: unknown) => boolean): void {
  const emit = emitter.emit.bind(emitter) as (name: string | symbol, ...values: unknown[]) => boolean;
  emitter.emit = (name: string | symbol, ...values: unknown[]): boolean =>
    name === event && !pass(values[0]) ? true : emit(name, ...values);
}
