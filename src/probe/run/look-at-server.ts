import type { HandshakeTarget, World } from '../../world/world.ts';
import { failure, type SvcauthError } from '../../errors/error.ts';
import { formatSocketAddress } from '../../pki/name/socket-address.ts';
import { readServerFlight, type ServerFlight } from '../rules/tls-flight.ts';

/** The unverified handshake of a server. */
export interface Served extends ServerFlight {
  /** Alert or close with which it rejected the connection after it sent its certificate. */
  readonly refusedUs?: string;
  /** Beginning of its answer to the request. */
  readonly answer?: Uint8Array;
}

/** Connects to a server and reads its handshake. Throws ERR_PROBE_* for a server that sends no certificate. */
export async function lookAtServer(world: Pick<World, 'handshake'>, target: HandshakeTarget): Promise<Served> {
  const { received, keyLog, completed, answer, problem, alert } = await world.handshake(target);
  const flight = readServerFlight(received, keyLog);
  if (flight === undefined || flight.chain.length === 0) throw problemOf(target, problem, alert);
  // a server that does not answer a request in time has not rejected the client
  if (completed && problem === 'timed-out') return flight;
  if (problem !== undefined) return { ...flight, refusedUs: alert ?? 'it closed the connection' };
  return answer === undefined ? flight : { ...flight, answer };
}

function problemOf(
  target: HandshakeTarget,
  problem: Awaited<ReturnType<World['handshake']>>['problem'],
  alert = 'no reason given',
): SvcauthError {
  const at = formatSocketAddress(target);
  switch (problem) {
    case 'refused':
      return failure('ERR_PROBE_REFUSED', { at });
    case 'timed-out':
      return failure('ERR_PROBE_TIMED_OUT', { at, seconds: target.seconds });
    case 'unknown-host':
      return failure('ERR_PROBE_HOST', { at });
    case 'unreachable':
      return failure('ERR_PROBE_UNREACHABLE', { at });
    case 'alert':
      return failure('ERR_PROBE_ALERT', { at, alert });
    case 'closed':
      return failure('ERR_PROBE_CLOSED', { at });
    case 'not-tls':
    case undefined:
      return failure('ERR_PROBE_NOT_TLS', { at });
  }
}
