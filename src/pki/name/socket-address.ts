import { failure } from '../../errors/error.ts';
import { dnsNameFault } from './dns-name.ts';
import { readIpAddress } from './ip-address.ts';

/** Address and port of a server. */
export interface SocketAddress {
  /** A name or an address, without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Reads `payments.example.org:8443`, `127.0.0.1:8443` or `[::1]:8443`. Throws ERR_ADDRESS. */
export function parseSocketAddress(text: string): SocketAddress {
  const refuse = (reason: string) => failure('ERR_ADDRESS', { text, reason });
  const [, bracketed, plain, digits] = /^(?:\[(.*)\]|([^:]*)):([0-9]+)$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) throw refuse('it has no port, or an IPv6 address without brackets');
  const port = Number(digits);
  if (port < 1 || port > 65_535) throw refuse('a port is a number from 1 to 65535');
  const isHost = isIpAddress(host) || (bracketed === undefined && dnsNameFault(host) === undefined);
  if (!isHost || host.startsWith('*')) throw refuse('its host is neither a DNS name nor an IP address');
  return { host, port };
}

export const formatSocketAddress = ({ host, port }: SocketAddress): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

export const isIpAddress = (host: string): boolean => readIpAddress(host) !== undefined;
