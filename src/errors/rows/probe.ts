// The errors of connecting to servers: code, exit status, message and hints.
// `probe` and `ca rotate ack --from-probe` end with them, by code, through `catalogue.ts`.
import { EXIT } from '../exit-status.ts';
import { REMEDIES } from '../remedy.ts';
import { nearest, quote, row } from '../row.ts';

export const probeErrors = {
  ERR_ADDRESS: row<{ text: string; reason: string }>(
    EXIT.usage,
    p => `${quote(p.text)} is not an address: ${p.reason}`,
    () => ['use HOST:PORT, such as payments.example.org:8443, 127.0.0.1:8443 or [::1]:8443'],
  ),
  ERR_PROBE_ADDRESS: row<{ services: readonly string[] }>(
    EXIT.usage,
    p => (p.services.length === 0 ? 'no service has a known address' : `no address known for ${p.services.join(', ')}`),
    p => {
      const name = p.services[0] ?? 'NAME';
      return [
        REMEDIES.addressUnknown({ service: name }),
        'or connect to the DNS names of the services: --port 8443',
        'or set the tag "probe: HOST:PORT" of the service in the services file, and apply that',
      ];
    },
  ),
  ERR_PROBE_CONNECT: row<{ text: string; services: readonly string[] }>(
    EXIT.usage,
    p => `--connect ${quote(p.text)} names no known service`,
    p => {
      const near = nearest(p.text.split('=')[0]!, p.services);
      return [`use --connect ${near ?? 'SERVICE'}=HOST:PORT`];
    },
  ),
  ERR_PROBE_CLIENT: row<{ service: string; reason: string }>(
    EXIT.usage,
    p => `cannot connect as ${quote(p.service)}: ${p.reason}`,
    () => ['omit --as, or choose a service that has its certificate and key on this machine'],
  ),
  ERR_PROBE_REFUSED: row<{ at: string }>(
    EXIT.partial,
    p => `nothing listens on ${p.at}`,
    () => ['check that the server is running and that the port is right'],
  ),
  ERR_PROBE_TIMED_OUT: row<{ at: string; seconds: number }>(
    EXIT.partial,
    p => `${p.at} did not answer within ${p.seconds} s`,
    () => ['check the firewall; if the server is slow: --timeout 30s'],
  ),
  ERR_PROBE_HOST: row<{ at: string }>(
    EXIT.partial,
    p => `cannot resolve the host of ${p.at}`,
    () => ['to connect to another address: --connect SERVICE=HOST:PORT'],
  ),
  ERR_PROBE_UNREACHABLE: row<{ at: string }>(
    EXIT.partial,
    p => `no route to ${p.at}`,
    () => ['check the network of this machine; to connect to another address: --connect SERVICE=HOST:PORT'],
  ),
  ERR_PROBE_NOT_TLS: row<{ at: string }>(
    EXIT.partial,
    p => `${p.at} does not speak TLS 1.2 or 1.3`,
    () => ['if the server is PostgreSQL: --starttls postgres'],
  ),
  ERR_PROBE_CLOSED: row<{ at: string }>(
    EXIT.partial,
    p => `${p.at} closed the connection before it sent a certificate`,
    () => ['check the log of the server; if it expects another server name: --server-name NAME'],
  ),
  ERR_PROBE_ALERT: row<{ at: string; alert: string }>(
    EXIT.partial,
    p => `${p.at} ended the handshake before it sent a certificate: ${p.alert}`,
    () => ['if it expects another server name: --server-name NAME'],
  ),
} as const;
