// Writes the HTTP request of a probe, and judges the status of the answer (RFC 9110 §15).
// `run/probe.ts` calls it with `--http`. A server can complete the handshake and still reject the client in its answer, as nginx does.
import { utf8 } from '../../pki/bytes.ts';
import { formatSocketAddress, type SocketAddress } from '../../pki/name/socket-address.ts';

/** Statuses with which a server rejects a client, or a request for this server name. */
const REJECTIONS: Readonly<Record<number, string>> = {
  400: 'bad request; nginx answers so to a missing or invalid client certificate',
  403: 'forbidden',
  421: 'misdirected request; the server name is not one of this server', // RFC 9110 §15.5.20
  495: 'certificate error', // nginx
  496: 'no certificate', // nginx
};

const HTTPS_PORT = 443;

/** Returns a request for a path of a server, after which the server closes the connection. */
export function httpRequest(path: string, address: SocketAddress, serverName: string | undefined): Uint8Array {
  const named = { ...address, host: serverName ?? address.host };
  const host = named.port === HTTPS_PORT ? formatSocketAddress(named).replace(/:443$/, '') : formatSocketAddress(named);
  return utf8(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: svcauth\r\nConnection: close\r\n\r\n`);
}

/** Returns true for a path that a request line can have (RFC 9112 §3.2.1). */
export const isRequestPath = (path: string): boolean => /^\/[\x21-\x7e]*$/.test(path);

/** Reads the status of an answer; undefined if it is not HTTP/1. */
export function httpStatus(answer: Uint8Array): number | undefined {
  const [, digits] = /^HTTP\/1\.[01] ([1-5][0-9]{2})(?: |\r|$)/.exec(new TextDecoder('latin1').decode(answer)) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/** Describes the rejection that a status is; undefined for every other status. */
export const rejectionOf = (status: number): string | undefined =>
  Object.hasOwn(REJECTIONS, status) ? `HTTP status ${status} (${REJECTIONS[status]})` : undefined;
