// Probes the addresses that services declare (`listen`), and records what they serve for `check`.
// `tick` and `probe --record` call it under the lock. It waits for servers without the lock, and records only what still applies.
import { createHash } from 'node:crypto';
import type { ServedRecord } from '../../record/served.ts';
import type { Manifest } from '../../store/manifest/manifest.ts';
import type { Pki } from '../../store/open-pki.ts';
import { isProbeDue, servedRecord } from '../rules/served-record.ts';
import { declaredAddresses, declaredTarget, type DeclaredAddress } from '../rules/targets.ts';
import { probeServers, type Probe } from './probe.ts';

/** Seconds that all probes of a run may take together, and most seconds for one server. */
const BUDGET = 10;
const PATIENCE = 5;

/** A declared address with its last probe. */
export interface AddressToProbe extends DeclaredAddress {
  readonly record?: ServedRecord;
}

/** Lists the addresses that are due, the one probed longest ago first. */
export function dueAddresses(manifest: Manifest, now: Date): readonly AddressToProbe[] {
  const services = manifest.listeningServices();
  if (services.length === 0) return [];
  const records = recordsOf(manifest);
  return services
    .flatMap(live => declaredAddresses([live]).map(each => withRecord(each, records, live.deployment)))
    .filter(({ record, deployment }) => isProbeDue(record, deployment, now))
    .sort((a, b) => (a.record?.triedAt.getTime() ?? 0) - (b.record?.triedAt.getTime() ?? 0));
}

const recordsOf = (manifest: Manifest): ReadonlyMap<string, ServedRecord> =>
  new Map(manifest.servedRecords().map(record => [keyOf(record), record]));

const keyOf = ({ service, address }: { readonly service: string; readonly address: string }): string =>
  `${service} ${address}`;

const withRecord = <T>(each: DeclaredAddress, records: ReadonlyMap<string, ServedRecord>, deployment: T) => {
  const record = records.get(keyOf({ service: each.service.name, address: each.address }));
  return { ...each, ...(record && { record }), deployment };
};

/** Probes addresses without the lock and records the results. Those for which the time is not enough stay due. */
export async function probeDeclared(pki: Pki, addresses: readonly AddressToProbe[]): Promise<readonly ServedRecord[]> {
  const { world, home, manifest } = pki;
  if (addresses.length === 0) return [];
  const begin = world.ticks();
  const probes = await pki.outsideLock(() =>
    probeServers(world, { home, manifest }, addresses.map(declaredTarget), {
      now: world.now,
      seconds: PATIENCE,
      isOver: () => world.ticks() - begin > (BUDGET - PATIENCE) * 1000,
    }),
  );
  return recordProbes(pki, probes);
}

/** Records probes of declared addresses; other addresses and services without a declaration are left out. */
export function recordProbes({ manifest, world: { now } }: Pki, probes: readonly Probe[]): readonly ServedRecord[] {
  const declared = new Set(
    declaredAddresses(manifest.listeningServices()).map(({ service, address }) =>
      keyOf({ service: service.name, address }),
    ),
  );
  const before = recordsOf(manifest);
  const records = probes.flatMap(({ service, address, findings, problem, shown }) => {
    if (service === undefined || !declared.has(keyOf({ service, address }))) return [];
    const seen = shown && {
      ...(shown.served !== undefined && { serial: shown.served }),
      chain: shown.chain.map(der => createHash('sha256').update(der).digest('hex')),
    };
    return [servedRecord({ service, address, findings, problem, seen }, before.get(keyOf({ service, address })), now)];
  });
  if (records.length > 0) manifest.transaction(write => write.putServed(records));
  return records;
}
