// The TLS options that are made of the identity and the trust in force, for servers and for clients.
// CRLs are not among them: OpenSSL parses a long one on the service's own thread. `peer-judge.ts` checks revocation.
import { constants, randomBytes } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { InForce } from './settle.ts';
import type { SourceOptions } from './types.ts';

export interface TlsMaterial {
  readonly inForce: InForce;
  readonly credentials: SecureContextOptions;
  /** The keys of the tickets of servers. They change with the trust, so sessions survive a renewal. */
  readonly ticketKeys: Buffer;
  readonly clientContext: SecureContext;
  /** The same for connections that others open. */
  readonly borrowedContext: SecureContext;
  /** Grows with each change. */
  readonly generation: number;
}

/**
 * Makes the options of the files in force. Throws the error of OpenSSL if it refuses a file, for example a key that is too short.
 */
export function makeMaterial(
  inForce: InForce,
  before: TlsMaterial | undefined,
  tls: SourceOptions['tls'],
): TlsMaterial {
  const { identity, trust } = inForce;
  const credentials: SecureContextOptions = {
    ...tls,
    // a peer is judged once a handshake: a connection has one handshake
    secureOptions: (tls?.secureOptions ?? 0) | constants.SSL_OP_NO_RENEGOTIATION,
    key: identity.keyPem,
    cert: identity.certificatePem,
    ca: [...trust.anchorsPem],
  };
  const isSameTrust = before?.inForce.trust === trust;
  return {
    inForce,
    credentials,
    ticketKeys: isSameTrust ? before.ticketKeys : randomBytes(48),
    clientContext: createSecureContext(credentials),
    borrowedContext: createSecureContext(credentials),
    generation: (before?.generation ?? 0) + 1,
  };
}

/** The options of a server that accepts no peer. */
export const nobody = (): SecureContextOptions => ({ ca: [] });

/**
 * Makes a context that is always the one in force, for libraries that keep their options. Node reads `context` when a connection
 * begins. With Node, the server of a resumed session cannot be judged. Each connection gets a name that no other session has.
 */
export const liveContext = (now: () => SecureContext): SecureContext =>
  Object.create(now(), { context: { get: () => withoutSessions(now()), enumerable: true } }) as SecureContext;

function withoutSessions({ context }: SecureContext): unknown {
  (context as { setSessionIdContext(name: string): void }).setSessionIdContext(randomBytes(16).toString('hex'));
  return context;
}
