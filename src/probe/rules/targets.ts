// Decides which servers a probe connects to, and the name it sends: from the words, `--connect`, `listen`, the tag `probe` and `--port`.
// `probe` calls it with the services of the manifest. It resolves no host name and opens no connection.
import { failure } from '../../errors/error.ts';
import type { Service, ServiceRow } from '../../record/service.ts';
import { selectServices } from '../../service/rules/selector.ts';
import { isIpAddress, parseSocketAddress, type SocketAddress } from '../../pki/name/socket-address.ts';

/** A server to connect to. */
export interface ProbeTarget {
  readonly address: SocketAddress;
  /** Server name to send (RFC 6066 §3: never an address). */
  readonly serverName?: string;
  /** The expected service; absent if only an address was named. */
  readonly service?: Service;
}

export interface ProbeRequest {
  /** Services by any selector, and addresses; none: every service whose address is known. */
  readonly words: readonly string[];
  /** `payments=10.0.0.7:8443`, before any other address of the service. */
  readonly connect: readonly string[];
  /** The port of the services' own DNS names. */
  readonly port?: number;
  readonly serverName?: string;
}

/** Tag of a service with its address. */
const TAG = 'probe';

/** A declared address of a service. */
export interface DeclaredAddress {
  readonly service: Service;
  readonly address: string;
}

/** Lists the addresses that services declare. */
export const declaredAddresses = (rows: readonly ServiceRow[]): readonly DeclaredAddress[] =>
  rows.flatMap(({ service }) => (service.upkeep?.listen ?? []).map(address => ({ service, address })));

/** Returns the server at a declared address. */
export const declaredTarget = ({ service, address }: DeclaredAddress): ProbeTarget =>
  withServerName({ service, address: parseSocketAddress(address) }, undefined);

/** Chooses the servers. Throws ERR_ADDRESS, ERR_SERVICE_UNKNOWN, ERR_PROBE_CONNECT, and ERR_PROBE_ADDRESS for a service without address. */
export function probeTargets(request: ProbeRequest, rows: readonly ServiceRow[]): readonly ProbeTarget[] {
  const addresses = request.words.filter(isAddress);
  const selectors = request.words.filter(word => !isAddress(word));
  const named = request.connect.map(text => text.split('=')[0]!);
  // --connect adds to the named targets; without any, --port selects all services
  const areAll = addresses.length === 0 && (request.connect.length === 0 || request.port !== undefined);
  const chosen = selectors.length > 0 || areAll ? selectServices(selectors, rows) : [];
  const services = [...new Set([...chosen, ...rows.filter(({ service }) => named.includes(service.name))])].map(
    ({ service }) => service,
  );
  const connect = readConnect(request.connect, rows);
  const found = services.map(service => ({ service, known: addressesOf(service, connect, request.port) }));
  const unknown = found.filter(({ known }) => known.length === 0).map(({ service }) => service.name);
  const targets = [
    ...addresses.map(text => ({ address: parseSocketAddress(text) })),
    ...found.flatMap(({ service, known }) => known.map(address => ({ service, address }))),
  ];
  if (selectors.length > 0 && unknown.length > 0) throw failure('ERR_PROBE_ADDRESS', { services: unknown });
  if (targets.length === 0) throw failure('ERR_PROBE_ADDRESS', { services: [] });
  return targets.map(target => withServerName(target, request.serverName));
}

const isAddress = (word: string): boolean => /:[0-9]+$/.test(word);

function readConnect(texts: readonly string[], rows: readonly ServiceRow[]): ReadonlyMap<string, SocketAddress> {
  const names = rows.map(({ service }) => service.name);
  return new Map(
    texts.map(text => {
      const [, name, address] = /^([^=]*)=(.*)$/.exec(text) ?? [];
      if (name === undefined || !names.includes(name)) throw failure('ERR_PROBE_CONNECT', { text, services: names });
      return [name, parseSocketAddress(address!)];
    }),
  );
}

/** Lists the addresses of a service: of `--connect`, else declared, else of the tag, else its own names at `port`. */
function addressesOf(
  { name, spec, upkeep }: Service,
  connect: ReadonlyMap<string, SocketAddress>,
  port: number | undefined,
): readonly SocketAddress[] {
  const given = connect.get(name);
  if (given !== undefined) return [given];
  if (upkeep?.listen !== undefined) return upkeep.listen.map(parseSocketAddress);
  const tagged = spec.tags[TAG];
  if (tagged !== undefined) return [parseSocketAddress(tagged)];
  const host = hostName(spec.dns) ?? spec.ip[0];
  return port === undefined || host === undefined ? [] : [{ host, port }];
}

const hostName = (dns: readonly string[]): string | undefined => dns.find(name => !name.startsWith('*'));

function withServerName(target: Omit<ProbeTarget, 'serverName'>, wanted: string | undefined): ProbeTarget {
  const { address, service } = target;
  const own = isIpAddress(address.host) ? hostName(service?.spec.dns ?? []) : address.host;
  const serverName = wanted ?? own;
  return serverName === undefined ? target : { ...target, serverName };
}
