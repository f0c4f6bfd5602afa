// Carries deployment steps out, and records for each service that it is deployed, or that it stays pending with a problem.
// `deploy`, `issue`, `apply`, `renew` and `tick` call it. It issues nothing and needs no key of a CA.
import { failure, SvcauthError } from '../../errors/error.ts';
import { isPlain } from '../rules/settings.ts';
import { hookEnvironment } from '../rules/hook-environment.ts';
import { hookProblem } from '../rules/hook-problem.ts';
import type { HookRun } from '../../record/deployment.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { whereWritable } from '../../store/files/file-failure.ts';
import { ownershipOf } from '../../store/files/ownership.ts';
import {
  currentDirectory,
  currentEntry,
  setAccess,
  switchToVersion,
  tidyVersions,
} from '../../store/files/service-files.ts';
import { readCredential, requireKey } from './credential.ts';
import type { Pki } from '../../store/open-pki.ts';
import { outputState, replaceOutput } from './output-file.ts';
import { planDeployment, type DeployStep } from './plan.ts';

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

/**
 * Deploys every pending service, or only those in `names`. Without pending deployments it costs one index look-up. The caller holds
 * the lock.
 */
export async function deployPending(
  pki: Pki,
  policy: Policy,
  names?: ReadonlySet<string>,
): Promise<readonly Deployed[]> {
  const pending = pki.manifest.pendingServices().filter(({ service }) => names?.has(service.name) ?? true);
  if (pending.length === 0) return [];
  return applyDeployment(pki, await planDeployment(pki, policy, pending, { inspect: false, force: false }), false);
}

/**
 * Carries the steps out: first every `current` link, then for each service its outputs, its hooks and the record that it is deployed.
 * A service that fails stays pending and does not stop the others.
 */
export async function applyDeployment(
  pki: Pki,
  steps: readonly DeployStep[],
  force: boolean,
): Promise<readonly Deployed[]> {
  const todo = steps.filter(({ reasons }) => reasons.length > 0);
  const works = todo.map((step): Work => ({ step, ...switchVersion(pki, step) }));
  const [simple, further] = [works.filter(isSimple), works.filter(work => !isSimple(work))];
  const owners = ownershipOf(pki.world);
  const results = recordAll(pki, simple);
  await eachAtMost(AT_ONCE, further, async work => {
    const done = work.problem === undefined ? await deployOne(pki, work.step, owners, force) : work;
    results.push(recordOne(pki, work.step, { written: [], hooks: [], ...done }));
  });
  const order = new Map(todo.map(({ service }, index) => [service, index]));
  return results.sort((a, b) => order.get(a.service)! - order.get(b.service)!);
}

interface Work {
  readonly step: DeployStep;
  /** The link named another version before. */
  readonly switched: boolean;
  readonly problem?: string;
}

const isSimple = ({ step, problem }: Work): boolean =>
  problem === undefined && isPlain(step.settings) && step.reasons.every(({ name }) => name === 'pending');

function switchVersion({ world, manifest }: Pki, { service, serial, directory }: DeployStep): Omit<Work, 'step'> {
  const { files } = world;
  try {
    const entry = currentEntry(files, directory);
    if (entry === 'foreign') throw failure('ERR_CURRENT_FOREIGN', { service, directory });
    if (entry?.serial === serial) return { switched: false };
    // throws if a file is missing or damaged
    readCredential(world, directory, manifest.certificate(serial)!);
    switchToVersion(files, directory, serial, 'durable');
    const isOurs = (other: string): boolean => manifest.certificate(other)?.service === service;
    whereWritable(() => tidyVersions(files, directory, { keep: [serial, entry?.name], isOurs }));
    return { switched: true };
  } catch (cause) {
    return { switched: false, problem: problemOf(cause) };
  }
}

/** Gives the message of a catalogue error; throws any other error again, as it is a defect. */
function problemOf(cause: unknown): string {
  if (cause instanceof SvcauthError) return cause.oneLine;
  throw cause;
}

type Done = Pick<Deployed, 'problem' | 'written' | 'hooks'>;

async function deployOne(
  { world, manifest }: Pki,
  step: DeployStep,
  owners: ReturnType<typeof ownershipOf>,
  force: boolean,
): Promise<Done> {
  const { serial, directory, settings } = step;
  const written: string[] = [];
  try {
    const credential = readCredential(world, directory, manifest.certificate(serial)!);
    const owner = await owners(settings.access);
    setAccess(world.files, directory, serial, { mode: settings.access.mode, ...(owner && { owner }) });
    for (const output of settings.outputs) {
      const whole = requireKey(credential, output.path);
      const theirs = await owners(output);
      if (!force && (await outputState(world, output, theirs, whole)) === 'right') continue;
      await replaceOutput(world, output, theirs, whole);
      written.push(output.path);
    }
  } catch (cause) {
    return { problem: problemOf(cause), written, hooks: [] };
  }
  return { written, ...(await runHooks(world, step)) };
}

async function runHooks(world: Pki['world'], step: DeployStep): Promise<Pick<Done, 'hooks' | 'problem'>> {
  const { service, serial, spiffeId, notAfter, deployment } = step;
  const previousSerial = deployment.deployedSerial === serial ? undefined : deployment.deployedSerial;
  const directory = currentDirectory(step.directory);
  const facts = { service, serial, spiffeId, notAfter, directory, ...(previousSerial && { previousSerial }) };
  const env = hookEnvironment(world.env, facts);
  const hooks: HookRun[] = [];
  for (const [index, { argv, timeout }] of step.settings.hooks.entries()) {
    const { outcome, output, duration, reason } = await world.runHook({ argv, env, limit: timeout });
    hooks.push({ argv, serial, at: world.now, duration, outcome, output });
    if (outcome !== 'succeeded') return { hooks, problem: hookProblem(index, argv, reason ?? outcome) };
  }
  return { hooks };
}

/** Records all deployments that only switched the link, in one transaction. */
function recordAll(pki: Pki, works: readonly Work[]): Deployed[] {
  const results = works.map(({ step }): Deployed => ({
    ...{ service: step.service, serial: step.serial, written: [], hooks: [] },
  }));
  if (works.length === 0) return results;
  try {
    pki.manifest.transaction(write => {
      write.setDeployments(works.map(({ step }) => ({ ...recordOf(pki, step), state: 'deployed' })));
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

function recordOne(pki: Pki, step: DeployStep, { problem, written, hooks }: Done): Deployed {
  const { service, serial, directory, deployment } = step;
  const result = { service, serial, written, hooks };
  try {
    pki.manifest.transaction(write => {
      if (hooks.length > 0) write.setHookRuns(service, hooks);
      if (problem !== undefined) {
        const attempts = (deployment.attempts ?? 0) + 1;
        // a hook runs only after all earlier work succeeded
        const hookFailed = hooks.some(({ outcome }) => outcome !== 'succeeded');
        write.setDeployments([{ ...recordOf(pki, step), state: 'pending', attempts, problem, hookFailed }]);
        return;
      }
      write.setDeployments([{ ...recordOf(pki, step), state: 'deployed' }]);
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

/** Runs `work` on every item, at most `limit` at a time. After a failure it rejects when all running work has ended. */
async function eachAtMost<T>(limit: number, items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  const ends = await Promise.allSettled(Array.from({ length: limit }, worker));
  const failed = ends.find(end => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
