import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { ambientClock, warn } from './ambient.ts';
import { followFiles } from './follow-files.ts';
import { authorizePeer, readPeer } from './peer.ts';
import type { Allow, Authorization, FollowedContext, FollowOptions, SpiffeIdText } from './types.ts';

export type * from './types.ts';

/**
 * Reads the files and follows them. Rejects if the files are not valid now, so a service does not start with them. Later faults
 * are only reported to `onProblem`.
 */
export const secureContext = (options: FollowOptions): Promise<FollowedContext> =>
  followFiles(options, options.clock ?? ambientClock, options.onProblem ?? warn);

/** Gives the SPIFFE ID that the peer of a connection has proved; undefined if its certificate is not a verified X509-SVID. */
export function peerSpiffeId(socket: TLSSocket | Socket): SpiffeIdText | undefined {
  const peer = readPeer(socket);
  return 'id' in peer ? peer.id : undefined;
}

/** Checks that the SPIFFE ID of the peer is in `allow`. Throws TypeError if `allow` has an invalid SPIFFE ID. */
export const authorize = (socket: TLSSocket | Socket, { allow }: Allow): Authorization => authorizePeer(socket, allow);
