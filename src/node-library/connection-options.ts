// Checks and completes the options of a server, client or connection that a source makes.
// `source.ts` calls it. Options of TLS contexts belong to the source itself.
import { isIP } from 'node:net';
import type { Ending } from './types.ts';

/** Options that belong to the source: a server or client of its own would lose them at the next change. */
const OF_THE_SOURCE = [
  'minVersion',
  'maxVersion',
  'ciphers',
  'ecdhCurve',
  'sigalgs',
  'secureOptions',
  'secureProtocol',
];

/** Throws TypeError for an option that would have no effect. */
export function requireOwn(given: object): void {
  const lost = OF_THE_SOURCE.find(name => (given as Record<string, unknown>)[name] !== undefined);
  if (lost !== undefined) throw new TypeError(`${lost}: give it to openX509Source, in the option tls`);
}

export const endingOf = ({ endRevoked = true, endExpired = true }: Ending): Required<Ending> => ({
  endRevoked,
  endExpired,
});

/** Returns the SNI name of a host; an IP address has none. */
export const nameOf = (host: string): { readonly servername?: string } =>
  isIP(host) === 0 ? { servername: host } : {};
