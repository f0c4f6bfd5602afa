// Runs the hooks of consumers that have not loaded the published trust, and records what each has loaded.
// `publish-and-reload.ts` and the command `reload` call it. A consumer that fails stays pending and does not stop the others.
import { changedSince, type ConsumerState } from '../rules/consumer.ts';
import { hookEnvironment, type CertificateFacts } from '../rules/hook-environment.ts';
import { hookProblem } from '../rules/hook-problem.ts';
import type { ConsumerRecord, TrustState } from '../../record/consumer.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { currentDirectory } from '../../store/files/service-files.ts';
import type { Pki } from '../../store/open-pki.ts';
import type { HookEnd } from '../../world/hook-call.ts';
import { consumersWith, type KnownConsumer } from './consumers.ts';
import { eachAtMost } from './each-at-most.ts';
import { observeTrust } from './observed-trust.ts';

/** The result for one consumer. */
export interface Reloaded {
  readonly consumer: ConsumerState;
  /** Trust that it had not loaded: `bundle`, `crl`. */
  readonly changed: readonly string[];
  /** Why it stays pending; absent: it has loaded the published trust. */
  readonly problem?: string;
  /** End of the output of the hook that failed. */
  readonly output?: string;
}

/** Number of consumers whose hooks run in parallel. */
const AT_ONCE = 4;

/** Seconds beyond the time limits of its hooks. A run that claimed a consumer for longer is thought to have died. */
const CLAIM_SLACK = 5;

export interface ReloadOptions {
  /** Only consumers for which it returns true. */
  readonly only?: (consumer: ConsumerState) => boolean;
  /** Also those that have loaded the published trust, and those for which another run has started the hooks. */
  readonly force?: boolean;
  /** Commands that failed in this run already, as JSON: they are not tried again. */
  readonly failed?: ReadonlySet<string>;
}

/** Lists the consumers that a reload would run hooks for, with what they have not loaded. */
export function planReload(
  pki: Pki,
  policy: Policy,
  published: Pick<TrustState, 'bundleSequence' | 'crls' | 'fingerprint'> & { readonly id?: number },
  { only = () => true, force = false, failed = new Set() }: ReloadOptions = {},
): readonly (KnownConsumer & Pick<Reloaded, 'changed'>)[] {
  return consumersWith(pki, policy, published).flatMap(known => {
    const { state, record, loaded } = known;
    if (state.reload !== 'hook' || !only(state)) return [];
    const changed = changedSince(loaded, published);
    if (force) return [{ ...known, changed }];
    const isClaimed =
      record?.claim !== undefined && record.claim.state === published.id && record.claim.until > pki.world.now;
    const hasFailed = state.hooks.some(({ argv }) => failed.has(JSON.stringify(argv)));
    return changed.length === 0 || isClaimed || hasFailed ? [] : [{ ...known, changed }];
  });
}

/**
 * Runs the hooks of every consumer that has not loaded the published trust, without the lock. Loaded is what was published when the
 * hooks started, and it is recorded only after they succeeded. The caller holds the lock.
 */
export async function reloadConsumers(
  pki: Pki,
  policy: Policy,
  options: ReloadOptions = {},
): Promise<readonly Reloaded[]> {
  const { manifest, world } = pki;
  const trust = observeTrust(pki, policy);
  const todo = planReload(pki, policy, trust, options);
  if (todo.length === 0) return [];
  const startedAt = world.now;
  claim(pki, todo, trust);
  const runs = new Map<string, Promise<HookEnd>>();
  const facts = new Map(todo.map(({ state }) => [state.id, factsOf(pki, state)]));
  const results: Reloaded[] = [];
  await pki.outsideLock(() =>
    eachAtMost(AT_ONCE, todo, async ({ state, changed }) => {
      const env = hookEnvironment(
        world.env,
        { event: 'trust', changed, published: trust, publicDirectory: pki.home.public.directory },
        facts.get(state.id),
      );
      for (const [index, { argv, timeout }] of state.hooks.entries()) {
        // a declared consumer may have the command of a service
        const key =
          state.service === undefined ? JSON.stringify([argv, changed]) : JSON.stringify([argv, state.service]);
        const running = runs.get(key) ?? world.runHook({ argv, env, limit: timeout });
        runs.set(key, running);
        const { outcome, reason, output } = await running;
        if (outcome === 'succeeded') continue;
        results.push({ consumer: state, changed, problem: hookProblem(index, argv, reason ?? outcome), output });
        return;
      }
      results.push({ consumer: state, changed });
    }),
  );
  const order = new Map(todo.map(({ state }, index) => [state.id, index]));
  results.sort((a, b) => order.get(a.consumer.id)! - order.get(b.consumer.id)!);
  const records = new Map(manifest.consumerRecords().map(record => [record.id, record]));
  manifest.transaction(write =>
    write.putConsumers(results.flatMap(result => recordOf(result, records.get(result.consumer.id), trust, startedAt))),
  );
  return results;
}

/** Records that the hooks run: other runs leave them alone until the claim ends. */
function claim({ manifest, world }: Pki, todo: readonly KnownConsumer[], trust: TrustState): void {
  manifest.transaction(write =>
    write.putConsumers(
      todo.map(({ state, record }) => {
        const seconds = state.hooks.reduce((sum, { timeout }) => sum + timeout, CLAIM_SLACK);
        const until = new Date(world.now.getTime() + seconds * 1000);
        return { ...record, id: state.id, claim: { state: trust.id, until } };
      }),
    ),
  );
}

/** Makes the record after a run; nothing if another run has recorded newer trust meanwhile. */
function recordOf(
  { consumer: { id }, problem, output }: Reloaded,
  before: ConsumerRecord | undefined,
  trust: TrustState,
  at: Date,
): readonly ConsumerRecord[] {
  if (before?.loaded !== undefined && before.loaded.state > trust.id) return [];
  if (problem === undefined) return [{ id, loaded: { at, state: trust.id } }];
  const attempts = (before?.attempts ?? 0) + 1;
  return [{ id, attempts, problem, ...(before?.loaded && { loaded: before.loaded }), ...(output && { output }) }];
}

/** The facts of a service for its own hooks; nothing for a command that needs none. */
function factsOf({ manifest }: Pki, { service }: ConsumerState): CertificateFacts | undefined {
  if (service === undefined) return undefined;
  const [known] = manifest.servicesNamed([service]);
  if (known?.certificate === undefined || known.deployment === undefined) return undefined;
  const { serial, spiffeId, notAfter } = known.certificate;
  return { service, serial, spiffeId, notAfter, directory: currentDirectory(known.deployment.directory) };
}
