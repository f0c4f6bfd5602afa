// Carries out one action of a runbook on the copied home, and reports its result: certificates issued, files published, failures.
// `rehearse.ts` calls it step by step. It calls the functions that the commands call, so a rehearsal exercises the real code.
import { dirname, join } from 'node:path';
import type { Runbook, RunbookAction } from '../rules/runbook.ts';
import { crlRefreshRun } from '../../crl/run/refresh-run.ts';
import type { Deployed } from '../../deployment/run/deploy.ts';
import { deployRun } from '../../deployment/run/deploy-run.ts';
import { changePki, readPki } from '../../store/open-pki.ts';
import { loadPolicy } from '../../policy/run/load.ts';
import { applyPublications, planPublications, publishEverywhere } from '../../publication/run/publications.ts';
import { renewRun, type RenewRunRequest } from '../../renewal/run/renew-run.ts';
import { WHATEVER_IS_DUE } from '../../renewal/run/renew.ts';
import { rotate, type RotateRequest } from '../../rotation/run/step.ts';
import type { RotationKeys } from '../../rotation/run/keys.ts';
import type { Sandbox } from './sandbox.ts';
import { taintRun } from './taint.ts';

export interface Scene {
  readonly sandbox: Sandbox;
  readonly runbook: Runbook;
  readonly keys: RotationKeys;
  readonly progress: RenewRunRequest['progress'];
}

/** The result of one step. */
export interface StepResult {
  /** Closed gates that were forced. */
  readonly gates?: readonly string[];
  /** Certificates that were issued. */
  readonly issued?: number;
  /** The number of services with new files. */
  readonly services?: number;
  /** New files for verifiers. */
  readonly published?: { readonly files: number; readonly bytes: number };
  /** CAs whose keys are not in the home, and whose next CRL must contain the revocation. */
  readonly awaited?: readonly string[];
  /** Failures, in words. */
  readonly problems?: readonly string[];
}

type CarryOut = (scene: Scene) => Promise<StepResult>;

const rotateStep =
  (step: Exclude<RotateRequest['step'], 'prepare'>): CarryOut =>
  scene =>
    rotated(scene, { ...rotation(scene), step, keys: scene.keys });

/** Carries out each action of a runbook on a copy; undefined: the action has no command. */
export const CARRY_OUT: Readonly<Record<RunbookAction, CarryOut | undefined>> = {
  taint: scene => tainted(scene, false),
  prepare: async scene => {
    const preparation = {
      ...scene.keys,
      crossSigning: 'issuing',
      requiredAcks: [],
      rootKeyOut: await rootKeyOut(scene),
    } as const;
    return rotated(scene, { ...rotation(scene), step: 'prepare', preparation });
  },
  publish: rotateStep('publish'),
  distribute: published,
  activate: rotateStep('activate'),
  drain: rotateStep('drain'),
  deploy: deployed,
  renew: renewed,
  revoke: scene => tainted(scene, true),
  sign: signed,
  announce: published,
  retire: rotateStep('retire'),
  notify: undefined,
};

async function tainted({ sandbox: { world, home }, runbook, keys }: Scene, revoke: boolean): Promise<StepResult> {
  const request = { id: runbook.authorityId, reason: runbook.reason, revoke };
  const { awaited } = await taintRun(world, home.directory, request, { dryRun: false, ask: keys.ask });
  return { awaited };
}

const rotation = ({ runbook: { tier, reason } }: Scene) => ({ tier, dryRun: false, compromise: reason });

async function rotated({ sandbox: { world, home } }: Scene, request: RotateRequest): Promise<StepResult> {
  const { gates, services, failed } = await rotate(world, home.directory, request);
  return {
    gates: gates.flatMap(({ name, open }) => (open ? [] : [name])),
    services: services.length,
    problems: failed.map(({ service, error }) => `${service}: ${error.oneLine}`),
  };
}

/** Chooses a file in the copy for the key of a new root, where the old root is offline. */
async function rootKeyOut({ sandbox: { world, home }, runbook }: Scene): Promise<string | undefined> {
  const authority = await readPki(world, home.directory, ({ manifest }) => manifest.authority(runbook.authorityId)!);
  const isAway = authority.tier === 'root' && authority.keyLocation !== 'file';
  return isAway ? join(dirname(home.directory), 'new-root.key') : undefined;
}

async function renewed({ sandbox: { world, home }, keys, progress }: Scene): Promise<StepResult> {
  const everything = { ...WHATEVER_IS_DUE, dryRun: false };
  const outcome = await renewRun(world, home.directory, { ...everything, ask: keys.ask, progress });
  const refused = outcome.plan.steps.flatMap(({ service, refusal }) =>
    refusal ? [`${service}: ${refusal.message}`] : [],
  );
  const { issued, deployed } = outcome.kind === 'done' ? outcome.result : { issued: [], deployed: [] };
  return { issued: issued.length, services: deployed.length, problems: [...refused, ...problemsOf(deployed)] };
}

/** Signs the CRL of the CA above, with the key file of this run. */
async function signed({ sandbox: { world, home }, runbook, keys: { rootKey: key, ask } }: Scene): Promise<StepResult> {
  const { certificate } = await readPki(world, home.directory, pki => pki.manifest.authority(runbook.authorityId)!);
  const only = [certificate!.issuerId];
  const { result } = await crlRefreshRun(world, home.directory, { only, key, ask, force: false, dryRun: false });
  return { problems: result!.failed.map(({ authorityId, error }) => `${authorityId}: ${error.oneLine}`) };
}

async function deployed({ sandbox: { world, home } }: Scene): Promise<StepResult> {
  const pending = { selectors: [], all: false, force: false, dryRun: false };
  const { deployed } = await deployRun(world, home.directory, pending);
  return { services: deployed.length, problems: problemsOf(deployed) };
}

const problemsOf = (deployed: readonly Deployed[]): readonly string[] =>
  deployed.flatMap(({ service, problem }) => (problem === undefined ? [] : [`${service}: ${problem}`]));

/**
 * Publishes to the directories of the policy, and counts the files that a verifier gets in this step. Steps of a rotation publish as
 * well, so the count is that of a directory which only these steps write to.
 */
async function published({ sandbox: { world, home } }: Scene): Promise<StepResult> {
  const verifier = verifierDirectory(home);
  const done = await changePki(world, home.directory, 'crl publish', async pki => [
    ...(await applyPublications(pki, undefined, await planPublications(pki, [verifier], { glance: false }))),
    ...(await publishEverywhere(pki, await loadPolicy(pki))),
  ]);
  const failed = done.flatMap(({ error }) => error ?? []);
  if (failed[0] !== undefined) throw failed[0];
  const written = (done[0]!.plan?.files ?? []).filter(({ action }) => action === 'new' || action === 'replace');
  const sizes = written.map(({ name }) => world.files.status(join(home.public.directory, name))?.size ?? 0);
  return { published: { files: written.length, bytes: sizes.reduce((sum, size) => sum + size, 0) } };
}

/** A directory of the copy, in place of a verifier. */
const verifierDirectory = ({ directory }: Sandbox['home']): string => join(dirname(directory), 'verifier');

/** Gives the verifier what is published before the first step. */
export const furnishVerifier = async ({ world, home }: Sandbox): Promise<void> => {
  await changePki(world, home.directory, 'crl publish', async pki =>
    applyPublications(pki, undefined, await planPublications(pki, [verifierDirectory(home)], { glance: false })),
  );
};
