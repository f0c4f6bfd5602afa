/**
 * Decides whether a step may be taken now, and which gates block it. The run of a step calls it with the facts that it read once and the
 * proof that it made once; nothing is read or changed. Throws the refusals of the catalogue.
 */
import { failure } from '../../errors/error.ts';
import type { CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import type { OwnTier } from '../../record/authority.ts';
import { isForcible, type Gate, type ProofFindings } from './gate.ts';
import { awaitedRotation, currentAuthority, openRotation, type OpenRotation, type RotationFacts } from './state.ts';
import { leftoverGates } from './status.ts';
import { gatesOf, leftovers, nextStep, turnOf, type RotationStep } from './step.ts';

export interface Decision {
  readonly turn: 'do' | 'done';
  readonly open: OpenRotation | undefined;
  readonly gates: readonly Gate[];
  /** Closed gates that are forced because of a compromise. */
  readonly forced: readonly Gate[];
  /** The CAs that are retired. */
  readonly retired: readonly CertifiedAuthority[];
}

interface DecisionRequest {
  readonly step: RotationStep;
  readonly tier: OwnTier;
  /** Reason for forcing gates. */
  readonly compromise?: string | undefined;
}

/** Returns true if a forward step needs a proof: it is its turn, and there is no contradiction. */
export function needsProof(step: Exclude<RotationStep, 'rollback'>, facts: RotationFacts): boolean {
  const open = openRotation(facts);
  if (awaitedRotation(facts) !== undefined) return false;
  return (open?.contradictions ?? []).length === 0 && turnOf(step, open) === 'do';
}

/** Decides; `found` is what the proof found, where one is needed. Throws ERR_ROTATION_GATE, _ORDER, _NONE, _CONTRADICTION, _NOT_TAINTED. */
export function decideStep(request: DecisionRequest, facts: RotationFacts, found: ProofFindings, now: Date): Decision {
  const { step, tier, compromise } = request;
  if (awaitedRotation(facts) !== undefined) return whileAwaited(step, facts, now);
  const open = openRotation(facts);
  const problems = open?.contradictions ?? [];
  if (problems.length > 0) throw failure('ERR_ROTATION_CONTRADICTION', { tier, problems });
  const turn = turnOf(step, open);
  if (turn === 'none' || (step === 'retire' && turn === 'early')) return withoutRotation(step, facts, now);
  if (turn === 'early') throw failure('ERR_ROTATION_ORDER', { step, tier, phase: open!.phase, next: nextStep(open) });
  if (turn === 'done') return { turn, open, gates: [], forced: [], retired: [] };
  const gates = gatesOf(step, facts, found, now);
  const forced = compromise === undefined ? [] : forcedGates(gates, open?.from ?? currentAuthority(facts), step);
  const unforced = gates.filter(gate => !forced.includes(gate));
  const left = step === 'retire' ? readyLeftovers(facts, now) : [];
  // a CA left by an earlier rotation need not wait for this one
  if (left.length > 0 && unforced.some(gate => !gate.open)) return { turn, open, gates: [], forced: [], retired: left };
  requireOpen(step, tier, unforced);
  return { turn, open, gates, forced, retired: step === 'retire' ? [open!.from, ...left] : [] };
}

const readyLeftovers = (facts: RotationFacts, now: Date): readonly CertifiedAuthority[] =>
  leftovers(facts)
    .filter(each => leftoverGates(each, facts, now).every(gate => gate.open))
    .map(({ authority }) => authority);

/** Returns the closed gates that a compromise forces. Throws ERR_ROTATION_NOT_TAINTED for a CA that is not tainted. */
function forcedGates(
  gates: readonly Gate[],
  from: CertifiedAuthority | undefined,
  step: RotationStep,
): readonly Gate[] {
  if (from !== undefined && from.state !== 'tainted')
    throw failure('ERR_ROTATION_NOT_TAINTED', { id: from.id, step, tier: from.tier });
  return gates.filter(gate => !gate.open && isForcible(gate));
}

function requireOpen(step: RotationStep, tier: OwnTier, gates: readonly Gate[]): void {
  const shut = gates.filter(gate => !gate.open);
  if (shut.length > 0) throw failure('ERR_ROTATION_GATE', { step, tier, gates: shut });
}

/** Decides while the successor waits for its certificate. The request can be withdrawn, and CAs of a rollback can be retired. */
function whileAwaited(step: RotationStep, facts: RotationFacts, now: Date): Decision {
  const none = { open: undefined, gates: [], forced: [], retired: [] };
  if (step === 'prepare') return { turn: 'done', ...none };
  if (step === 'rollback') return { turn: 'do', ...none };
  if (step === 'retire' && leftovers(facts).length > 0) return withoutRotation(step, facts, now);
  const { to } = awaitedRotation(facts)!;
  throw failure('ERR_ROTATION_AWAITED', { step, tier: facts.tier, id: to.id });
}

/** Decides without a step in turn: `retire` may also retire CAs of a rollback. Other steps need a rotation, unless the last one is complete. */
function withoutRotation(step: RotationStep, facts: RotationFacts, now: Date): Decision {
  const { tier, rotations } = facts;
  const open = openRotation(facts);
  const left = leftovers(facts);
  if (step === 'retire' && left.length > 0) {
    const retired = readyLeftovers(facts, now);
    if (retired.length === 0) requireOpen(step, tier, leftoverGates(left[0]!, facts, now));
    return { turn: 'do', open, gates: [], forced: [], retired };
  }
  if (open !== undefined) {
    throw failure('ERR_ROTATION_ORDER', { step, tier, phase: open.phase, next: nextStep(open) });
  }
  const last = rotations.findLast(each => each.tier === tier);
  const over = (step === 'retire' && last !== undefined) || (step === 'rollback' && last?.outcome === 'rolled-back');
  if (!over) throw failure('ERR_ROTATION_NONE', { step, tier });
  return { turn: 'done', open, gates: [], forced: [], retired: [] };
}
