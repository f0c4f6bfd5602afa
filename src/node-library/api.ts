import { matcherOf } from './allow.ts';
import { ambientClock, warn } from './ambient.ts';
import { Connections } from './connections.ts';
import { openSource } from './start.ts';
import type { Allow, Authorization, PeerSocket, SourceOptions, SpiffeIdText, X509Source } from './types.ts';

export type * from './types.ts';

/**
 * Reads a service's certificate, key, anchors and CRLs, and follows the files. Rejects if the files are not valid now, so a service
 * does not start with them. Later faults are events, and the files in force stay in force.
 */
export const openX509Source = (options: SourceOptions): Promise<X509Source> =>
  openSource(options, options.clock ?? ambientClock, warn);

/** @deprecated The earlier name of `openX509Source`. */
export const secureContext = (options: SourceOptions): Promise<X509Source> => openX509Source(options);

/**
 * Decides whether the peer of an admitted connection may do something. It goes by the trust in force now, the dates of the
 * certificate and the rules. Throws TypeError for an invalid rule.
 */
export const authorize = (socket: PeerSocket, options: Allow): Authorization =>
  Connections.authorize(socket, matcherOf(options));

/** Returns the SPIFFE ID of the peer that a source has admitted; undefined if the peer is no longer accepted. */
export function peerSpiffeId(socket: PeerSocket): SpiffeIdText | undefined {
  const verdict = Connections.authorize(socket, () => true);
  return verdict.allowed ? verdict.id : undefined;
}
