import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import type { CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import type { Authority } from '../../record/authority.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { isForcible, type Gate } from '../rules/gate.ts';
import { currentAuthority, openRotation, type OpenRotation, type RotationFacts } from '../rules/state.ts';
import { leftoverGates, rotationStatus, type RotationStatus } from '../rules/status.ts';
import { gatesOf, leftovers, nextStep, turnOf, type RotationStep } from '../rules/step.ts';
import type { Successor } from '../rules/successor.ts';
import { loadPolicy } from '../../policy/run/load.ts';
import { changePki, readPki, type Pki } from '../../store/open-pki.ts';
import { readRotationFacts } from './facts.ts';
import { makeSuccessor, planPreparation, resumePreparation, type PrepareRequest } from './prepare.ts';
import { counterexamples } from './proof.ts';
import { recordActivated, recordDraining, recordPublished, recordRolledBack, type RecordStep } from './record.ts';
import { payCrlDebt, recordRetired } from './retire.ts';
import { settle, type Settled } from './settle.ts';
import { rotationIssuer, type RotationKeys } from './keys.ts';

interface StepRequest {
  readonly tier: Authority['tier'];
  readonly dryRun: boolean;
  /** Why a tainted CA is replaced without waiting for the gates that protect its peers; for the audit log. */
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
  /** False when the step had been taken, and nothing of it was missing. */
  readonly changed: boolean;
  /** What preparing would make, or made. */
  readonly successor?: Successor;
  /** The CAs that were, or would be, retired. */
  readonly retired: readonly string[];
  readonly gates: readonly Gate[];
  /** Services that have other files now; in a dry run those that would get them. */
  readonly services: readonly string[];
  readonly failed: Settled['failed'];
  /** After it. */
  readonly status: RotationStatus;
}

/**
 * Takes one step of a rotation, or finishes it where it was interrupted, or finds that nothing is left of it to do. Throws
 * ERR_ROTATION_GATE, _ORDER, _NONE, _TIER, _CONTRADICTION, what is wrong with keys, and ERR_ROTATION_TEST.
 */
export async function rotate(
  world: World,
  homeFlag: string | undefined,
  request: RotateRequest,
): Promise<RotateOutcome> {
  if (request.dryRun) return readPki(world, homeFlag, async pki => planStep(pki, await loadPolicy(pki), request));
  return changePki(world, homeFlag, `ca rotate ${request.step}`, async pki =>
    takeStep(pki, await loadPolicy(pki), request),
  );
}

export async function rotationStatusOf(
  world: World,
  homeFlag: string | undefined,
  tier: Authority['tier'],
): Promise<RotationStatus> {
  return readPki(world, homeFlag, async pki => statusOf(pki, await loadPolicy(pki), tier));
}

async function statusOf(pki: Pki, policy: Policy, tier: Authority['tier']): Promise<RotationStatus> {
  const { facts } = readRotationFacts(pki, policy, tier);
  const found = await counterexamples(pki, policy, facts, nextStep(openRotation(facts)), undefined);
  return rotationStatus(facts, found, pki.world.now);
}

async function planStep(pki: Pki, policy: Policy, request: RotateRequest): Promise<RotateOutcome> {
  const { facts, stale } = readRotationFacts(pki, policy, request.tier);
  const decided = await decide(pki, policy, request, facts);
  const successor =
    request.step === 'prepare' && decided.turn === 'do'
      ? planPreparation(pki, policy, facts, request.preparation)
      : undefined;
  return {
    step: request.step,
    dryRun: true,
    changed: false,
    ...(successor && { successor }),
    retired: decided.retired.map(({ id }) => id),
    gates: decided.gates,
    services: stale.filter(each => each.anchors || followsChains(request.step, facts)).map(({ service }) => service),
    failed: [],
    status: await statusOf(pki, policy, request.tier),
  };
}

async function takeStep(pki: Pki, policy: Policy, request: RotateRequest): Promise<RotateOutcome> {
  const { step, tier } = request;
  const { facts } = readRotationFacts(pki, policy, tier);
  const decided = await decide(pki, policy, request, facts);
  recordForced(pki, request, decided);
  let successor: Successor | undefined;
  let changed = decided.turn === 'do';
  if (request.step === 'prepare') {
    if (decided.turn === 'do') {
      successor = planPreparation(pki, policy, facts, request.preparation);
      await makeSuccessor(pki, policy, successor, request.preparation);
    } else changed = await resumePreparation(pki, policy, facts, request.preparation);
  } else if (step === 'retire') {
    await retireAll(pki, policy, facts, decided, request.keys);
    changed = decided.retired.length > 0;
  } else if (decided.turn === 'do') {
    if (step === 'activate') await requireKey(pki, decided.open!, request.keys);
    RECORD[step as keyof typeof RECORD](pki, decided.open!, facts);
  }
  const settled = await settle(pki, policy, { chains: followsChains(step, facts) });
  return {
    step,
    dryRun: false,
    changed: changed || settled.changed,
    ...(successor && { successor }),
    retired: decided.retired.map(({ id }) => id),
    gates: decided.gates,
    services: settled.refreshed,
    failed: settled.failed,
    status: await statusOf(pki, policy, tier),
  };
}

const RECORD: Readonly<Record<'publish' | 'activate' | 'drain' | 'rollback', RecordStep>> = {
  publish: recordPublished,
  activate: recordActivated,
  drain: recordDraining,
  rollback: recordRolledBack,
};

/** Between activating and draining services keep the chain they have; in every other phase each has the one of now. */
const followsChains = (step: RotationStep, facts: RotationFacts): boolean =>
  step === 'drain' || step === 'rollback' || step === 'retire' || openRotation(facts)?.phase === 'draining';

interface Decided {
  readonly turn: 'do' | 'done';
  readonly open: OpenRotation | undefined;
  readonly gates: readonly Gate[];
  /** Of those the ones that were closed. */
  readonly forced?: readonly Gate[];
  readonly retired: readonly CertifiedAuthority[];
}

/** Whether it is the step's turn, and whether anything stands in its way. */
async function decide(pki: Pki, policy: Policy, request: RotateRequest, facts: RotationFacts): Promise<Decided> {
  const { step, tier } = request;
  const { now } = pki.world;
  const open = openRotation(facts);
  const problems = open?.contradictions ?? [];
  if (problems.length > 0) throw failure('ERR_ROTATION_CONTRADICTION', { tier, problems });
  const turn = turnOf(step, open);
  if (turn === 'none' || (step === 'retire' && turn === 'early')) return withoutRotation(step, facts, now);
  if (turn === 'early') throw failure('ERR_ROTATION_ORDER', { step, tier, phase: open!.phase, next: nextStep(open) });
  if (turn === 'done') return { turn, open, gates: [], retired: [] };
  const preparation = request.step === 'prepare' ? request.preparation : undefined;
  const gates = gatesOf(step, facts, await counterexamples(pki, policy, facts, step, preparation), now);
  const forced =
    request.compromise === undefined ? [] : forcedGates(gates, open?.from ?? currentAuthority(facts), step);
  const unforced = gates.filter(gate => !forced.includes(gate));
  const left = step === 'retire' ? readyLeftovers(facts, now) : [];
  // what an earlier rotation left need not wait for this one
  if (left.length > 0 && unforced.some(gate => !gate.open)) return { turn, open, gates: [], retired: left };
  requireOpen(step, tier, unforced);
  return { turn, open, gates, forced, retired: step === 'retire' ? [open!.from, ...left] : [] };
}

const readyLeftovers = (facts: RotationFacts, now: Date): readonly CertifiedAuthority[] =>
  leftovers(facts)
    .filter(each => leftoverGates(each, facts, now).every(gate => gate.open))
    .map(({ authority }) => authority);

/** Closed gates that a compromise passes. Throws ERR_ROTATION_NOT_TAINTED: for haste alone nobody is refused. */
function forcedGates(
  gates: readonly Gate[],
  from: CertifiedAuthority | undefined,
  step: RotationStep,
): readonly Gate[] {
  if (from !== undefined && from.state !== 'tainted')
    throw failure('ERR_ROTATION_NOT_TAINTED', { id: from.id, step, tier: from.tier });
  return gates.filter(gate => !gate.open && isForcible(gate));
}

function recordForced({ manifest }: Pki, { tier, step, compromise }: RotateRequest, { forced = [] }: Decided): void {
  if (compromise === undefined || forced.length === 0) return;
  const gates = Object.fromEntries(forced.map(({ name, message }) => [name, message]));
  manifest.transaction(write => write.audit('rotation.forced', tier, { ...gates, step, reason: compromise }));
}

function requireOpen(step: RotationStep, tier: Authority['tier'], gates: readonly Gate[]): void {
  const shut = gates.filter(gate => !gate.open);
  if (shut.length > 0) throw failure('ERR_ROTATION_GATE', { step, tier, gates: shut });
}

/** Retiring is also for what a rollback left; every other step needs a rotation, unless the last one is over. */
function withoutRotation(step: RotationStep, facts: RotationFacts, now: Date): Decided {
  const { tier, rotations } = facts;
  const open = openRotation(facts);
  const left = leftovers(facts);
  if (step === 'retire' && left.length > 0) {
    const retired = readyLeftovers(facts, now);
    if (retired.length === 0) requireOpen(step, tier, leftoverGates(left[0]!, facts, now));
    return { turn: 'do', open, gates: [], retired };
  }
  if (open !== undefined) {
    throw failure('ERR_ROTATION_ORDER', { step, tier, phase: open.phase, next: nextStep(open) });
  }
  const last = rotations.findLast(each => each.tier === tier);
  const over = (step === 'retire' && last !== undefined) || (step === 'rollback' && last?.outcome === 'rolled-back');
  if (!over) throw failure('ERR_ROTATION_NONE', { step, tier });
  return { turn: 'done', open, gates: [], retired: [] };
}

async function retireAll(
  pki: Pki,
  policy: Policy,
  facts: RotationFacts,
  { open, retired }: Decided,
  keys: RotationKeys,
): Promise<void> {
  for (const authority of retired) {
    await payCrlDebt(pki, policy, facts, authority, keys);
    recordRetired(pki, authority, open?.from.id === authority.id ? open.rotation.id : undefined);
  }
}

/** A CA that cannot be opened must not become the one that signs. */
async function requireKey(pki: Pki, { to }: OpenRotation, keys: RotationKeys): Promise<void> {
  if (to.keyLocation === 'file') await rotationIssuer(pki, to, keys, 'activate');
}
