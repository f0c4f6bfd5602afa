// The errors of looking at servers: code, exit status, message and hints.
// `probe` and `ca rotate ack --from-probe` end with them, by code, through `catalogue.ts`.
import { EXIT } from '../exit-status.ts';
import { REMEDIES } from '../remedy.ts';
import { nearest, quote, row } from '../row.ts';

export const probeErrors = {
  ERR_ADDRESS: row<{ text: string; reason: string }>(
    EXIT.usage,
    p => `${quote(p.text)} is not an address: ${p.reason}`,
    () => ['write one like payments.example.org:8443, 127.0.0.1:8443 or [::1]:8443'],
  ),
  ERR_PROBE_ADDRESS: row<{ services: readonly string[] }>(
    EXIT.usage,
    p =>
      p.services.length === 0
        ? 'no service has an address to look at'
        : `where ${p.services.join(', ')} can be reached is not known`,
    p => {
      const name = p.services[0] ?? 'NAME';
      return [
        `say where: ${REMEDIES.addressUnknown({ service: name })}`,
        'or on which port of their DNS names: --port 8443; or for good, a tag: --tag probe=HOST:PORT',
      ];
    },
  ),
  ERR_PROBE_CONNECT: row<{ text: string; services: readonly string[] }>(
    EXIT.usage,
    p => `--connect ${quote(p.text)} names no service of the manifest`,
    p => {
      const near = nearest(p.text.split('=')[0]!, p.services);
      return [near === undefined ? 'write it SERVICE=HOST:PORT' : `write it ${near}=HOST:PORT`];
    },
  ),
  ERR_PROBE_CLIENT: row<{ service: string; reason: string }>(
    EXIT.usage,
    p => `nobody can be ${quote(p.service)}: ${p.reason}`,
    () => [`leave --as away, or name a service whose key is here: ${REMEDIES.servicesUnknown()}`],
  ),
  ERR_PROBE_REFUSED: row<{ at: string }>(
    EXIT.partial,
    p => `nothing listens on ${p.at}`,
    () => ['is the server running, and on this port?'],
  ),
  ERR_PROBE_TIMED_OUT: row<{ at: string; seconds: number }>(
    EXIT.partial,
    p => `${p.at} did not answer within ${p.seconds} s`,
    () => ['a firewall, or a server that is slow: --timeout 30s'],
  ),
  ERR_PROBE_HOST: row<{ at: string }>(
    EXIT.partial,
    p => `the host of ${p.at} is not known`,
    () => ['to look at a known address in its place: --connect SERVICE=HOST:PORT'],
  ),
  ERR_PROBE_UNREACHABLE: row<{ at: string }>(
    EXIT.partial,
    p => `there is no way to ${p.at}`,
    () => ['is this machine on the right network? to look at another address: --connect SERVICE=HOST:PORT'],
  ),
  ERR_PROBE_NOT_TLS: row<{ at: string }>(
    EXIT.partial,
    p => `${p.at} does not speak TLS 1.2 or 1.3`,
    () => ['a server that begins in the clear? for PostgreSQL: --starttls postgres'],
  ),
  ERR_PROBE_CLOSED: row<{ at: string }>(
    EXIT.partial,
    p => `${p.at} ended the connection before it showed a certificate`,
    () => ["the server's own log may say why; it may want another name: --server-name NAME"],
  ),
  ERR_PROBE_ALERT: row<{ at: string; alert: string }>(
    EXIT.partial,
    p => `${p.at} ended the handshake before it showed a certificate: ${p.alert}`,
    () => ['it may want another name: --server-name NAME'],
  ),
} as const;
