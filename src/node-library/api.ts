import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { ambientClock, warn } from './ambient.ts';
import { followFiles } from './follow-files.ts';
import { authorizePeer, readPeer } from './peer.ts';
import type { Allow, Authorization, FollowedContext, FollowOptions, SpiffeIdText } from './types.ts';

export type * from './types.ts';

/**
 * Reads the files and follows them. Rejects when they are not in order now: a service does not start with what it could not
 * serve; later faults never reach the service but as `onProblem`.
 */
export const secureContext = (options: FollowOptions): Promise<FollowedContext> =>
  followFiles(options, options.clock ?? ambientClock, options.onProblem ?? warn);

/** The SPIFFE ID that the peer of a connection has proved; undefined where it has not, or it is no X509-SVID. */
export function peerSpiffeId(socket: TLSSocket | Socket): SpiffeIdText | undefined {
  const peer = readPeer(socket);
  return 'id' in peer ? peer.id : undefined;
}

/** Whether the peer of a connection is one of those. Throws TypeError for what is no SPIFFE ID in `allow`. */
export const authorize = (socket: TLSSocket | Socket, { allow }: Allow): Authorization => authorizePeer(socket, allow);
