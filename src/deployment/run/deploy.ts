// Carries deployment steps out, and records for each service that it is deployed, or that it stays pending with a problem.
// `deploy`, `issue`, `apply`, `renew` and `tick` call it. It issues nothing and needs no key of a CA.
import { failure, SvcauthError } from '../../errors/error.ts';
import { isPlain } from '../rules/settings.ts';
import { changedSince, commandId } from '../rules/consumer.ts';
import { hookEnvironment } from '../rules/hook-environment.ts';
import { hookProblem } from '../rules/hook-problem.ts';
import type { ConsumerRecord, TrustState } from '../../record/consumer.ts';
import type { Deployment, HookRun } from '../../record/deployment.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { whereWritable } from '../../store/files/file-failure.ts';
import { ownershipOf } from '../../store/files/ownership.ts';
import {
  currentDirectory,
  currentEntry,
  mendVersion,
  moveForeignAside,
  setAccess,
  switchToVersion,
  tidyVersions,
  versionName,
} from '../../store/files/service-files.ts';
import { contentFor, readCredential } from './credential.ts';
import { eachAtMost } from './each-at-most.ts';
import { currentTrust, type CurrentTrust } from './current-trust.ts';
import { factsNow } from './facts.ts';
import type { Pki } from '../../store/open-pki.ts';
import { outputState, replaceOutput } from './output-file.ts';
import { serviceVariables } from './hook-variables.ts';
import { observeTrust } from './observed-trust.ts';
import { planDeployment, type DeployStep } from './plan.ts';
import { versionDifference } from './version-state.ts';

/** The result of one step. */
export interface Deployed {
  readonly service: string;
  readonly serial: string;
  /** Why it stays pending; absent if it is deployed. */
  readonly problem?: string;
  /** Outputs that were written; the others needed no change. */
  readonly written: readonly string[];
  /** Hooks that ran, in their order, up to the first that failed. */
  readonly hooks: readonly HookRun[];
}

/** Number of services whose hooks run in parallel. */
const AT_ONCE = 4;

/** Number of services whose hooks run before the lock is taken again to record their results. */
const BATCH = 64;

/** Seconds beyond the time limits of its hooks. A run that claimed a service for longer is thought to have died. */
const CLAIM_SLACK = 5;

/**
 * Deploys every pending service, or only those in `names`. Without pending deployments it costs one index look-up. The caller holds
 * the lock.
 */
export async function deployPending(
  pki: Pki,
  policy: Policy,
  names?: ReadonlySet<string>,
): Promise<readonly Deployed[]> {
  const pending = pki.manifest
    .pendingServices()
    .filter(({ service, deployment }) => names?.has(service.name) ?? !isClaimed(deployment, pki.world.now));
  if (pending.length === 0) return [];
  const steps = await planDeployment(pki, policy, pending, { inspect: false, force: false });
  return applyDeployment(pki, policy, steps, false);
}

/** Tests for a deployment whose hooks another run has started. */
export const isClaimed = (deployment: Pick<Deployment, 'claimedUntil'> | undefined, now: Date): boolean =>
  deployment?.claimedUntil !== undefined && deployment.claimedUntil > now;

/**
 * Carries the steps out: first every `current` link, then for each service its outputs, its hooks and the record that it is deployed.
 * The hooks run without the lock. A service that fails stays pending and does not stop the others. The caller holds the lock.
 */
export async function applyDeployment(
  pki: Pki,
  policy: Policy,
  steps: readonly DeployStep[],
  force: boolean,
): Promise<readonly Deployed[]> {
  if (steps.every(({ reasons }) => reasons.length === 0)) return [];
  const todo = steps.filter(({ reasons }) => reasons.length > 0);
  let trust: TrustState;
  try {
    trust = observeTrust(pki, policy);
  } catch (cause) {
    // the files of these services may be in place already, and only the record of it is missing
    return todo.map(step => notRecorded(step, cause));
  }
  let read: CurrentTrust | undefined;
  const servedNow = (): CurrentTrust => (read ??= currentTrust(pki.manifest));
  const works = todo.map((step): Work => ({ step, ...switchVersion(pki, step, servedNow) }));
  const [simple, further] = [works.filter(isSimple), works.filter(work => !isSimple(work))];
  const owners = ownershipOf(pki.world);
  const results = recordAll(pki, simple, trust);
  for (let start = 0; start < further.length; start += BATCH) {
    results.push(...(await deployBatch(pki, further.slice(start, start + BATCH), trust, owners, force)));
  }
  const order = new Map(todo.map(({ service }, index) => [service, index]));
  return results.sort((a, b) => order.get(a.service)! - order.get(b.service)!);
}

/** Makes the result of a step that the manifest could not record. It stays pending. */
const notRecorded = ({ service, serial }: DeployStep, cause: unknown, written: readonly string[] = []): Deployed => ({
  ...{ service, serial, written, hooks: [], problem: problemOf(cause) },
});

interface Work {
  readonly step: DeployStep;
  /** The link named another version before. */
  readonly switched: boolean;
  readonly problem?: string;
}

const isSimple = ({ step, problem }: Work): boolean => problem === undefined && isQuick(step);

/** Only the link is left to do, for files that this or the last run wrote. */
const isQuick = ({ settings, reasons }: DeployStep): boolean =>
  isPlain(settings) && reasons.every(({ name }) => name === 'pending');

/** Rewrites files that differ from the manifest, and points the link to them. */
function switchVersion(pki: Pki, step: DeployStep, servedNow: () => CurrentTrust): Omit<Work, 'step'> {
  const { world, manifest } = pki;
  const { service, serial, directory } = step;
  const { files } = world;
  try {
    const entry = currentEntry(files, directory);
    if (entry === 'foreign') {
      if (!step.reasons.some(({ name }) => name === 'forced')) {
        throw failure('ERR_CURRENT_FOREIGN', { service, directory });
      }
      moveForeignAside(files, directory);
    }
    const served = entry === 'foreign' ? undefined : entry;
    if (served?.serial === serial && isQuick(step)) return { switched: false };
    mend(pki, step, servedNow());
    if (served?.serial === serial) return { switched: false };
    switchToVersion(files, directory, versionName(files, directory, serial), 'durable');
    const isOurs = (other: string): boolean => manifest.certificate(other)?.service === service;
    const keep = [versionName(files, directory, serial), served?.name];
    whereWritable(() => tidyVersions(files, directory, { keep, isOurs }));
    return { switched: true };
  } catch (cause) {
    return { switched: false, problem: problemOf(cause) };
  }
}

/** Rewrites the damaged files of a version, except the key. Throws ERR_FILES_DAMAGED if the key is missing or another one. */
function mend({ world, manifest }: Pki, { service, serial, directory }: DeployStep, trust: CurrentTrust): void {
  const [recorded] = manifest.fileFacts({ services: [service] });
  const found = versionDifference(world, directory, manifest.certificate(serial)!, trust, recorded);
  if (found.reasons.some(({ name }) => name === 'key-lost')) throw failure('ERR_FILES_DAMAGED', { service, directory });
  if (found.reasons.length > 0) mendVersion(world.files, directory, serial, found.mend);
}

/** Gives the message of a catalogue error; throws any other error again, as it is a defect. */
function problemOf(cause: unknown): string {
  if (cause instanceof SvcauthError) return cause.oneLine;
  throw cause;
}

type Done = Pick<Deployed, 'problem' | 'written' | 'hooks'>;

/** Writes the outputs of some services, runs their hooks without the lock, and records the results that still apply. */
async function deployBatch(
  pki: Pki,
  works: readonly Work[],
  trust: TrustState,
  owners: ReturnType<typeof ownershipOf>,
  force: boolean,
): Promise<readonly Deployed[]> {
  const results: Deployed[] = [];
  const hooked: { readonly step: DeployStep; readonly written: readonly string[] }[] = [];
  for (const { step, problem } of works) {
    const done = problem === undefined ? await writeOutputs(pki, step, owners, force) : { problem, written: [] };
    if (done.problem === undefined && hooksOf(step).length > 0) hooked.push({ step, written: done.written });
    else results.push(recordOne(pki, step, { hooks: [], ...done }, trust));
  }
  if (hooked.length === 0) return results;
  let revisions: ReturnType<typeof claim>;
  try {
    revisions = claim(
      pki,
      hooked.map(({ step }) => step),
    );
  } catch (cause) {
    return [...results, ...hooked.map(({ step, written }) => notRecorded(step, cause, written))];
  }
  const loads = trustLoadedBy(pki, trust);
  const ends: { readonly step: DeployStep; readonly done: Done }[] = [];
  await pki.outsideLock(() =>
    eachAtMost(AT_ONCE, hooked, async ({ step, written }) => {
      ends.push({ step, done: { written, ...(await runHooks(pki, step, trust, loads)) } });
    }),
  );
  for (const { step, done } of ends) {
    const { service, serial } = step;
    // another run may have changed the service meanwhile, and deploys that change
    const isSame = pki.manifest.deployment(service)?.revision === revisions.get(service);
    results.push(isSame ? recordOne(pki, step, done, trust, loads) : { service, serial, ...done });
  }
  return results;
}

/** The hooks that run for a step: none if only its anchors changed, as consumers are reloaded for that. */
const hooksOf = ({ settings, trustOnly }: DeployStep): DeployStep['settings']['hooks'] =>
  trustOnly ? [] : settings.hooks;

/** Records that the hooks of these services run: other runs leave them alone until the claim ends. Returns the revisions of the rows. */
function claim({ manifest, world }: Pki, steps: readonly DeployStep[]): ReadonlyMap<string, number | undefined> {
  manifest.transaction(write =>
    write.setDeployments(
      steps.map(step => {
        const seconds = hooksOf(step).reduce((sum, { timeout }) => sum + timeout, CLAIM_SLACK);
        const claimedUntil = new Date(world.now.getTime() + seconds * 1000);
        return { ...step.deployment, state: 'pending', updatedAt: world.now, claimedUntil };
      }),
    ),
  );
  return new Map(steps.map(({ service }) => [service, manifest.deployment(service)?.revision]));
}

async function writeOutputs(
  pki: Pki,
  step: DeployStep,
  owners: ReturnType<typeof ownershipOf>,
  force: boolean,
): Promise<Pick<Done, 'written' | 'problem'>> {
  const { world, manifest } = pki;
  const { serial, directory, settings } = step;
  const written: string[] = [];
  try {
    const credential = readCredential(world, directory, manifest.certificate(serial)!);
    const owner = await owners(settings.access);
    setAccess(world.files, directory, serial, { mode: settings.access.mode, ...(owner && { owner }) });
    for (const output of settings.outputs) {
      const whole = contentFor(pki, output, credential);
      const theirs = await owners(output);
      if (!force && (await outputState(world, output, theirs, whole)) === 'right') continue;
      await replaceOutput(world, output, theirs, whole);
      written.push(output.path);
    }
  } catch (cause) {
    return { problem: problemOf(cause), written };
  }
  return { written };
}

/** The published trust, which the hooks of a deployment also load, each for its consumer. */
interface TrustLoads {
  /** Returns the trust that the consumer of a hook has not loaded yet. */
  changed(step: DeployStep, argv: readonly string[]): readonly string[];
  /** Records of the consumers that these hooks have loaded. */
  records(step: DeployStep): readonly ConsumerRecord[];
}

function trustLoadedBy({ manifest, world }: Pki, trust: TrustState): TrustLoads {
  const states = new Map(manifest.trustStates().map(state => [state.id, state]));
  const before = new Map(manifest.consumerRecords().map(record => [record.id, record]));
  const usesService = serviceVariables(world);
  const idOf = (service: string, argv: readonly string[]): string =>
    usesService(argv) ? `service:${service}` : commandId(argv);
  const at = world.now;
  return {
    changed: ({ service }, argv) => {
      const loaded = before.get(idOf(service, argv))?.loaded;
      return changedSince(loaded && states.get(loaded.state), trust);
    },
    records: step => {
      const hooks = hooksOf(step).filter(({ on }) => on.includes('trust'));
      const ids = new Set(hooks.map(({ argv }) => idOf(step.service, argv)));
      // its own hooks for changed trust alone have not run
      if (step.settings.trustHooks.some(({ argv }) => usesService(argv))) ids.delete(`service:${step.service}`);
      return [...ids].map(id => ({ id, loaded: { at, state: trust.id } }));
    },
  };
}

async function runHooks(
  { world, home }: Pki,
  step: DeployStep,
  trust: TrustState,
  loads: TrustLoads,
): Promise<Pick<Done, 'hooks' | 'problem'>> {
  const { service, serial, spiffeId, notAfter, deployment } = step;
  const previousSerial = deployment.deployedSerial === serial ? undefined : deployment.deployedSerial;
  const directory = currentDirectory(step.directory);
  const facts = { service, serial, spiffeId, notAfter, directory, ...(previousSerial && { previousSerial }) };
  const hooks: HookRun[] = [];
  for (const [index, { argv, timeout, on }] of hooksOf(step).entries()) {
    const changed = ['certificate', ...(on.includes('trust') ? loads.changed(step, argv) : [])];
    const about = { event: 'certificate', changed, published: trust, publicDirectory: home.public.directory } as const;
    const env = hookEnvironment(world.env, about, facts);
    const { outcome, output, duration, reason } = await world.runHook({ argv, env, limit: timeout });
    hooks.push({ argv, serial, at: world.now, duration, outcome, output });
    if (outcome !== 'succeeded') return { hooks, problem: hookProblem(index, argv, reason ?? outcome) };
  }
  return { hooks };
}

/** Records all deployments that only switched the link, in one transaction. */
function recordAll(pki: Pki, works: readonly Work[], trust: TrustState): Deployed[] {
  const results = works.map(({ step }): Deployed => ({
    ...{ service: step.service, serial: step.serial, written: [], hooks: [] },
  }));
  if (works.length === 0) return results;
  try {
    pki.manifest.transaction(write => {
      write.setDeployments(
        works.map(({ step }) => ({ ...recordOf(pki, step), ...loadedBy(step, trust), state: 'deployed' })),
      );
      // the facts of the others were recorded when they were written
      write.putFileFacts(works.filter(({ switched }) => switched).map(({ step }) => factsNow(pki, step)));
      for (const { step, switched } of works) {
        const { service, serial, directory } = step;
        if (switched) write.audit('certificate.deployed', service, { serial, directory });
      }
    });
    return results;
  } catch (cause) {
    const problem = problemOf(cause);
    return results.map(result => ({ ...result, problem }));
  }
}

/** Counts a service without a hook as loaded when it gets a new certificate. Its program was started with these files. */
const loadedBy = ({ serial, deployment }: DeployStep, { id }: TrustState): Pick<Deployment, 'loadedState'> =>
  deployment.deployedSerial === serial ? {} : { loadedState: id };

function recordOne(
  pki: Pki,
  step: DeployStep,
  { problem, written, hooks }: Done,
  trust: TrustState,
  loads?: TrustLoads,
): Deployed {
  const { service, serial, directory, deployment } = step;
  const result = { service, serial, written, hooks };
  try {
    pki.manifest.transaction(write => {
      if (hooks.length > 0) write.setHookRuns(service, hooks);
      if (problem !== undefined) {
        const attempts = (deployment.attempts ?? 0) + 1;
        // a hook runs only after all earlier work succeeded
        const hookFailed = hooks.some(({ outcome }) => outcome !== 'succeeded');
        const { trustOnly } = step;
        const row = { ...recordOf(pki, step), attempts, problem, hookFailed, ...(trustOnly && { trustOnly }) };
        write.setDeployments([{ ...row, state: 'pending' }]);
        if (hookFailed) write.putFileFacts([factsNow(pki, step)]);
        return;
      }
      write.setDeployments([{ ...recordOf(pki, step), ...loadedBy(step, trust), state: 'deployed' }]);
      write.putFileFacts([factsNow(pki, step)]);
      if (loads !== undefined) write.putConsumers(loads.records(step));
      write.audit('certificate.deployed', service, {
        ...{ serial, directory },
        ...(written.length > 0 && { outputs: written.join(', ') }),
        ...(hooks.length > 0 && { hooks: String(hooks.length) }),
      });
    });
    return { ...result, ...(problem !== undefined && { problem }) };
  } catch (cause) {
    return { ...result, problem: problem ?? problemOf(cause) };
  }
}

const recordOf = ({ world }: Pki, { service, serial, directory }: DeployStep) => ({
  ...{ service, serial, directory, updatedAt: world.now },
});
