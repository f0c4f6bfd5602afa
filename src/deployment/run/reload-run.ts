// Opens the home for `reload`: runs the hooks of consumers, or records that an operator has reloaded programs without a hook.
// The command calls it. It publishes nothing; `crl publish` and `tick` do.
import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import { WITHDRAWALS } from '../../due/rules/withdrawal.ts';
import { UNDECLARED, type ConsumerState } from '../rules/consumer.ts';
import { loadPolicy } from '../../policy/run/load.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { publishedTrust } from '../../publication/run/published-trust.ts';
import { changePki, readPki, type Pki } from '../../store/open-pki.ts';
import { consumersOf } from './consumers.ts';
import { observeTrust } from './observed-trust.ts';
import { planReload, reloadConsumers, type Reloaded } from './reload.ts';

export interface ReloadRequest {
  /** Consumers or services; empty: every consumer that has not loaded the published trust. */
  readonly names: readonly string[];
  /** An operator has reloaded them. */
  readonly done: boolean;
  readonly dryRun: boolean;
}

export interface ReloadOutcome {
  readonly reloaded: readonly Reloaded[];
  /** Consumers and services for which a reload was recorded. */
  readonly recorded: readonly string[];
  readonly dryRun: boolean;
}

/** Throws ERR_CONSUMER_UNKNOWN and ERR_CONSUMER_HOOK. */
export async function reloadRun(
  world: World,
  homeFlag: string | undefined,
  request: ReloadRequest,
): Promise<ReloadOutcome> {
  const { names, done, dryRun } = request;
  if (dryRun) {
    return readPki(world, homeFlag, async pki => {
      const policy = await loadPolicy(pki);
      const chosen = choose(pki, policy, request);
      if (done) return { reloaded: [], recorded: recordedNames(chosen), dryRun };
      const published = publishedTrust(pki, policy);
      const options = { only: onlyOf(chosen), force: names.length > 0 };
      const reloaded = planReload(pki, policy, published, options).map(({ state, changed }) => {
        return { consumer: state, changed };
      });
      return { reloaded, recorded: [], dryRun };
    });
  }
  return changePki(world, homeFlag, 'reload', async pki => {
    const policy = await loadPolicy(pki);
    const chosen = choose(pki, policy, request);
    if (done) return { reloaded: [], recorded: recordLoaded(pki, policy, chosen), dryRun };
    const options = { only: onlyOf(chosen), force: names.length > 0 };
    return { reloaded: await reloadConsumers(pki, policy, options), recorded: [], dryRun };
  });
}

/** Consumers and services without a hook that a command names. */
interface Chosen {
  readonly consumers: readonly ConsumerState[];
  /** Services that have no consumer of their own. */
  readonly services: readonly string[];
}

function choose(pki: Pki, policy: Policy, { names, done }: ReloadRequest): Chosen {
  const all = consumersOf(pki, policy);
  if (names.length === 0 && !done) return { consumers: all, services: [] };
  const consumers: ConsumerState[] = [];
  const services: string[] = [];
  for (const name of names) {
    const named = all.filter(each => each.name === name);
    consumers.push(...named);
    if (named.length > 0) continue;
    if (!done || pki.manifest.service(name) === undefined) {
      throw failure('ERR_CONSUMER_UNKNOWN', { name, known: [...new Set(all.map(each => each.name))] });
    }
    services.push(name);
  }
  const hooked = done ? consumers.find(({ reload }) => reload === 'hook') : undefined;
  if (hooked !== undefined) throw failure('ERR_CONSUMER_HOOK', { name: hooked.name });
  return { consumers, services };
}

const onlyOf = ({ consumers }: Chosen): ((consumer: ConsumerState) => boolean) => {
  const ids = new Set(consumers.map(({ id }) => id));
  return ({ id }) => ids.has(id);
};

const recordedNames = ({ consumers, services }: Chosen): readonly string[] => [
  ...new Set([...consumers.map(({ name }) => name), ...services]),
];

/**
 * The effect of an acknowledgement on the program of its name. `loaded`: recorded, as `reload --done` does. `hook`: only its hook counts.
 * `bundle-only`: its CRLs are unknown.
 */
export type ReportedConsumer = 'loaded' | 'hook' | 'bundle-only';

/**
 * Records that a program without a hook has loaded what was published with a bundle sequence. Absent `sequence`: only its bundle is known.
 * Undefined where no consumer has the name.
 */
export async function reportLoaded(
  pki: Pki,
  name: string,
  sequence: number | undefined,
): Promise<ReportedConsumer | undefined> {
  const { manifest } = pki;
  const policy = await loadPolicy(pki);
  const named = consumersOf(pki, policy).filter(each => each.name === name);
  const consumers = named.filter(({ reload }) => reload === 'manual');
  const services = named.length === 0 && manifest.service(name) !== undefined ? [name] : [];
  if (consumers.length + services.length === 0)
    return named.some(({ reload }) => reload === 'hook') ? 'hook' : undefined;
  if (sequence === undefined) return 'bundle-only';
  const newest = observeTrust(pki, policy);
  const { bundleSequence, id } = newest;
  const isFull = ({ crls }: typeof newest): boolean => [...newest.crls.keys()].every(ca => crls.has(ca));
  // the oldest files with that bundle and a CRL of every CA: the program may not have later ones
  const known = (): number | undefined =>
    manifest.trustStates().findLast(each => each.bundleSequence === sequence && isFull(each))?.id;
  const state = sequence >= bundleSequence ? id : known();
  if (state === undefined) return 'bundle-only';
  // no record of older trust replaces one of newer trust; services without a hook have no record of their own
  recordLoaded(pki, policy, { consumers, services: state === id ? services : [] }, state);
  return 'loaded';
}

/** Records that these programs have loaded what is published now, or another recorded state. */
function recordLoaded(
  pki: Pki,
  policy: Policy,
  chosen: Chosen,
  state: number = observeTrust(pki, policy).id,
): readonly string[] {
  const { manifest, world } = pki;
  const undeclared = chosen.consumers.some(({ name }) => name === UNDECLARED) ? undeclaredServices(pki) : [];
  const names = recordedNames(chosen);
  manifest.transaction(write => {
    write.putConsumers(
      chosen.consumers
        .filter(({ reload }) => reload === 'manual')
        .map(({ id }) => ({ id, loaded: { at: world.now, state } })),
    );
    write.setServicesLoaded([...undeclared, ...chosen.services], state);
    for (const name of names) write.audit('consumer.loaded', name, { state: String(state) });
  });
  return names;
}

/** Names every deployed service; those with a hook have a record of their own, which this does not touch. */
const undeclaredServices = ({ manifest }: Pki): readonly string[] =>
  manifest.serviceGroups(WITHDRAWALS).flatMap(group => manifest.groupMembers(group, WITHDRAWALS));
