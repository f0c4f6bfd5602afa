/**
 * Takes one step of a rotation: reads the facts before and after it, proves the step once, and asks `decideStep`. The commands and the
 * rehearsal of a compromise call it; it knows no gate.
 */
import type { World } from '../../world/world.ts';
import type { OwnTier } from '../../record/authority.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { decideStep, needsProof, type Decision } from '../rules/decision.ts';
import type { Gate } from '../rules/gate.ts';
import { prepareCommand } from '../rules/gap-remedy.ts';
import { awaitedRotation, openRotation, type OpenRotation, type RotationFacts } from '../rules/state.ts';
import type { RotationSchedule } from '../rules/outlook.ts';
import { rotationStatus, type RotationStatus } from '../rules/status.ts';
import { nextStep, stepToProve, type RotationStep } from '../rules/step.ts';
import { needsHolder, planSuccessor, type Successor } from '../rules/successor.ts';
import { loadPolicy } from '../../policy/run/load.ts';
import { changePki, readPki, type Pki } from '../../store/open-pki.ts';
import { publishAndReload } from '../../deployment/run/publish-and-reload.ts';
import type { TrustSpread } from '../../record/trust-spread.ts';
import type { StaleService } from '../../deployment/run/service-trust.ts';
import { readRotationFacts } from './facts.ts';
import { readOutlook } from './outlook.ts';
import { makeSuccessor, requirePreparable, resumePreparation, type PrepareRequest } from './prepare.ts';
import { findingsOf, proveRotationOf, type ProvenRotation } from './prove.ts';
import {
  recordActivated,
  recordDraining,
  recordPublished,
  recordRolledBack,
  recordWithdrawn,
  type RecordStep,
} from './record.ts';
import { requestSuccessor } from './request-successor.ts';
import { payCrlDebt, recordRetired } from './retire.ts';
import { syncFiles, type SyncedFiles } from './sync-files.ts';
import { rotationIssuer, type RotationKeys } from './keys.ts';

interface StepRequest {
  readonly tier: OwnTier;
  readonly dryRun: boolean;
  /** True: the keys of retired CAs stay, and `ca key destroy` destroys them. */
  readonly keepsKeys?: boolean;
  /** Reason for replacing a tainted CA without the gates that protect availability; for the audit log. */
  readonly compromise?: string | undefined;
}

export type RotateRequest = StepRequest &
  (
    | { readonly step: 'prepare'; readonly preparation: PrepareRequest }
    | { readonly step: Exclude<RotationStep, 'prepare'>; readonly keys: RotationKeys }
  );

export interface RotateOutcome {
  readonly step: RotationStep;
  readonly dryRun: boolean;
  /** False if the step was already complete. */
  readonly changed: boolean;
  /** The CA that `prepare` creates, or would create. */
  readonly successor?: Successor;
  /** The file with the request of a successor that waits for its certificate. */
  readonly request?: string;
  /** The CAs that were, or would be, retired. */
  readonly retired: readonly string[];
  readonly gates: readonly Gate[];
  /** Services with new files; in a dry run those that would get them. */
  readonly services: readonly string[];
  readonly failed: SyncedFiles['failed'];
  /** Absent in a dry run. */
  readonly spread?: TrustSpread;
  /** The status after the step. */
  readonly status: RotationStatus;
  /** The command that creates the shown CA; only for a dry run of `prepare`. */
  readonly command?: string;
}

/**
 * Takes one step of a rotation, or finishes an interrupted one. Throws ERR_ROTATION_GATE, _ORDER, _NONE, _TIER, _CONTRADICTION, _TEST and
 * the errors of keys.
 */
export async function rotate(
  world: World,
  homeFlag: string | undefined,
  request: RotateRequest,
): Promise<RotateOutcome> {
  if (request.dryRun) return readPki(world, homeFlag, async pki => foreseeStep(pki, await loadPolicy(pki), request));
  return changePki(
    world,
    homeFlag,
    `ca rotate ${request.step}`,
    async pki => takeStep(pki, await loadPolicy(pki), request, publishAndReload),
    COUNTS_TIME.has(request.step) && request.compromise === undefined ? 'confirmed' : 'right',
  );
}

/** Steps whose gates count the time since an earlier step. */
const COUNTS_TIME: ReadonlySet<RotationStep> = new Set(['activate', 'drain', 'retire']);

export async function rotationStatusOf(
  world: World,
  homeFlag: string | undefined,
  tier: OwnTier,
): Promise<{ readonly status: RotationStatus; readonly schedule: RotationSchedule }> {
  return readPki(world, homeFlag, async pki => {
    const policy = await loadPolicy(pki);
    const status = await statusOf(pki, policy, readRotationFacts(pki, policy, tier).facts);
    return { status, schedule: scheduleOf(pki, policy, tier) };
  });
}

/** Returns the side that takes the next step, its time, and the keys that wait to be destroyed. */
function scheduleOf({ manifest, world }: Pki, policy: Policy, tier: OwnTier): RotationSchedule {
  const due = readOutlook(manifest, policy, tier, world.now)?.due;
  const retired = manifest.authorities().filter(each => each.tier === tier && each.state === 'retired');
  return {
    mode: policy.rotation[tier],
    ...(due && { due }),
    unneededKeys: retired.flatMap(({ id, keyLocation }) => (keyLocation === 'file' ? [id] : [])),
  };
}

/** Proves the next step, with the successor that `prepare` without options creates. */
export async function proofOfNext(pki: Pki, policy: Policy, facts: RotationFacts) {
  const step = nextStep(openRotation(facts));
  const planned = plannedOf(facts, undefined, pki, policy);
  const assumed = stepToProve(step, facts, pki.world.now);
  const proof = await proveRotationOf(pki, policy, facts, { step: assumed, ...planned });
  return { proof, successor: planned.successor };
}

async function statusOf(pki: Pki, policy: Policy, facts: RotationFacts, known?: KnownProof): Promise<RotationStatus> {
  const step = nextStep(openRotation(facts));
  const proof = known?.step === step ? known.proof : (await proofOfNext(pki, policy, facts)).proof;
  return rotationStatus(facts, findingsOf(proof), pki.world.now);
}

/** The proof of one step, reused for the same step and the same facts. */
interface KnownProof {
  readonly step: RotationStep;
  readonly proof: ProvenRotation | undefined;
}

/** The facts, the proof and the decision of a step, read and proved once. */
interface StepPlan {
  readonly facts: RotationFacts;
  readonly stale: readonly StaleService[];
  readonly decision: Decision;
  readonly successor: Successor | undefined;
  /** Absent: the step needs no proof. */
  readonly known?: KnownProof;
}

async function planStep(pki: Pki, policy: Policy, request: RotateRequest): Promise<StepPlan> {
  const { facts, stale } = readRotationFacts(pki, policy, request.tier);
  const { step } = request;
  const planned = plannedOf(facts, request, pki, policy);
  const known =
    step !== 'rollback' && needsProof(step, facts) ? await proofOf(pki, policy, facts, step, request) : undefined;
  const decision = decideStep(request, facts, findingsOf(known?.proof), pki.world.now);
  const successor =
    request.step === 'prepare' && decision.turn === 'do'
      ? requirePreparable(pki, facts, planned.successor, request.preparation)
      : undefined;
  return { facts, stale, decision, successor, ...(known && { known }) };
}

async function proofOf(
  pki: Pki,
  policy: Policy,
  facts: RotationFacts,
  step: Exclude<RotationStep, 'rollback'>,
  request: RotateRequest,
): Promise<KnownProof> {
  // a compromise can force the gates that the step would wait for
  const assumed = request.compromise === undefined ? stepToProve(step, facts, pki.world.now) : step;
  return {
    step,
    proof: await proveRotationOf(pki, policy, facts, { step: assumed, ...plannedOf(facts, request, pki, policy) }),
  };
}

/** Plans the successor as the request describes it, or as `prepare` without options does. */
function plannedOf(facts: RotationFacts, request: RotateRequest | undefined, { world }: Pki, policy: Policy) {
  const { compromise } = request ?? {};
  const preparation = request?.step === 'prepare' ? request.preparation : { crossSigning: 'issuing' as const };
  if (openRotation(facts) !== undefined) return { options: preparation };
  return {
    options: { ...preparation, compromise },
    successor: planSuccessor(facts, preparation, policy, world.now),
  };
}

/** Plans a step without taking it. */
export async function foreseeStep(pki: Pki, policy: Policy, request: RotateRequest): Promise<RotateOutcome> {
  const { facts, stale, decision, successor, known } = await planStep(pki, policy, request);
  return {
    step: request.step,
    dryRun: true,
    changed: false,
    ...(successor && { successor }),
    retired: decision.retired.map(({ id }) => id),
    gates: decision.gates,
    services: stale.filter(each => each.anchors || followsChains(request.step, facts)).map(({ service }) => service),
    failed: [],
    status: await statusOf(pki, policy, facts, known),
    ...(request.step === 'prepare' &&
      successor && {
        command: prepareCommand(request.tier, { ...request.preparation, compromise: request.compromise }),
      }),
  };
}

/**
 * Takes a step: facts, proof, change, files, then the facts and the proof of the next step. `spread` publishes and reloads after the
 * files; without it the caller does.
 */
export async function takeStep(
  pki: Pki,
  policy: Policy,
  request: RotateRequest,
  spread?: (pki: Pki, policy: Policy) => Promise<TrustSpread>,
): Promise<RotateOutcome> {
  const { step, tier } = request;
  const { facts, decision, successor } = await planStep(pki, policy, request);
  recordForced(pki, request, decision);
  const awaited = awaitedRotation(facts);
  let changed = decision.turn === 'do';
  if (request.step === 'prepare') {
    if (successor !== undefined) {
      const isRequested = needsHolder(successor, request.preparation.rootKey);
      await (isRequested ? requestSuccessor : makeSuccessor)(pki, policy, successor, request.preparation);
    } else changed = await resumePreparation(pki, policy, facts, request.preparation);
  } else if (step === 'retire') {
    await retireAll(pki, policy, facts, decision, request.keys);
    changed = decision.retired.length > 0;
  } else if (step === 'rollback' && awaited !== undefined) {
    recordWithdrawn(pki, awaited);
  } else if (decision.turn === 'do') {
    if (step === 'activate') await requireKey(pki, decision.open!, request.keys);
    RECORD[step as keyof typeof RECORD](pki, decision.open!, facts);
  }
  const destroysKeys = request.keepsKeys !== true && (step === 'retire' || step === 'rollback');
  const synced = await syncFiles(pki, policy, { chains: followsChains(step, facts), destroysKeys });
  const published = await spread?.(pki, policy);
  const after = readRotationFacts(pki, policy, tier);
  return {
    step,
    dryRun: false,
    changed: changed || synced.changed,
    ...requestOf(pki, after.facts),
    ...(successor && { successor }),
    retired: decision.retired.map(({ id }) => id),
    gates: decision.gates,
    services: synced.refreshed,
    failed: synced.failed,
    ...(published && { spread: published }),
    status: await statusOf(pki, policy, after.facts),
  };
}

function requestOf({ home }: Pki, facts: RotationFacts): Pick<RotateOutcome, 'request'> {
  const awaited = awaitedRotation(facts);
  return awaited === undefined ? {} : { request: home.authority(awaited.to.id).csr };
}

const RECORD: Readonly<Record<'publish' | 'activate' | 'drain' | 'rollback', RecordStep>> = {
  publish: recordPublished,
  activate: recordActivated,
  drain: recordDraining,
  rollback: recordRolledBack,
};

/** Tests for a step after which services get their current chain: between activate and drain they keep the old one. */
const followsChains = (step: RotationStep, facts: RotationFacts): boolean =>
  step === 'drain' || step === 'rollback' || step === 'retire' || openRotation(facts)?.phase === 'draining';

function recordForced({ manifest }: Pki, { tier, step, compromise }: RotateRequest, { forced }: Decision): void {
  if (compromise === undefined || forced.length === 0) return;
  const gates = Object.fromEntries(forced.map(({ name, message }) => [name, message]));
  manifest.transaction(write => write.audit('rotation.forced', tier, { ...gates, step, reason: compromise }));
}

async function retireAll(
  pki: Pki,
  policy: Policy,
  facts: RotationFacts,
  { open, retired }: Decision,
  keys: RotationKeys,
): Promise<void> {
  for (const authority of retired) {
    await payCrlDebt(pki, policy, facts, authority, keys);
    recordRetired(pki, authority, open?.from.id === authority.id ? open.rotation.id : undefined);
  }
}

/** Opens the key of the successor before the activation, because a CA without a usable key must not become active. */
async function requireKey(pki: Pki, { to }: OpenRotation, keys: RotationKeys): Promise<void> {
  if (to.keyLocation === 'file') await rotationIssuer(pki, to, keys, 'activate');
}
