/**
 * Returns the phase of a rotation, its next step and the gates of that step. It takes no step.
 */
import type { OwnTier } from '../../record/authority.ts';
import { awaitedRotation, currentAuthority, openRotation, type OpenRotation, type RotationFacts } from './state.ts';
import { gatesOf, leftovers, nextStep, retireGates, type RotationStep } from './step.ts';
import { soaked, type Gate, type ProofFindings } from './gate.ts';

/** The phase of a rotation, its next step and the gates of that step. */
export interface RotationStatus {
  readonly tier: OwnTier;
  /** `requested`: the successor waits for its certificate. `none`: no rotation is in progress. */
  readonly phase: OpenRotation['phase'] | 'requested' | 'none';
  readonly since?: Date;
  readonly from?: string;
  readonly to?: string;
  /** The sequence that verifiers acknowledge. */
  readonly sequence?: number;
  readonly next: RotationStep;
  /** The gates of the next step. */
  readonly gates: readonly Gate[];
  /** The time from which the next step is allowed; absent: a closed gate needs a command. */
  readonly allowedFrom?: Date;
  readonly unfinished: readonly string[];
  readonly contradictions: readonly string[];
  /** CAs of rolled-back rotations that are not retired yet. */
  readonly leftovers: readonly { readonly ca: string; readonly gates: readonly Gate[] }[];
}

/** Returns the status; `found` are the findings of the proof of the next step. */
export function rotationStatus(facts: RotationFacts, found: ProofFindings, now: Date): RotationStatus {
  const open = openRotation(facts);
  const awaited = awaitedRotation(facts);
  const next = nextStep(open);
  const gates = gatesOf(next, facts, found, now);
  const allowedFrom = opening(gates, now);
  const from = open?.from.id ?? currentAuthority(facts)?.id;
  return {
    tier: facts.tier,
    phase: open?.phase ?? (awaited === undefined ? 'none' : 'requested'),
    ...(open && { since: open.since, to: open.to.id }),
    ...(awaited && { since: awaited.rotation.preparedAt, to: awaited.to.id }),
    ...(from !== undefined && { from }),
    ...(open?.rotation.publishedSequence !== undefined && { sequence: open.rotation.publishedSequence }),
    next,
    gates,
    ...(allowedFrom && { allowedFrom }),
    unfinished: open?.unfinished ?? [],
    contradictions: open?.contradictions ?? [],
    leftovers: leftovers(facts).map(each => ({ ca: each.authority.id, gates: leftoverGates(each, facts, now) })),
  };
}

/** Returns the gates before a CA of a rolled-back rotation can be retired. */
export const leftoverGates = (
  { authority, since, soak }: ReturnType<typeof leftovers>[number],
  facts: RotationFacts,
  now: Date,
): readonly Gate[] => [
  ...retireGates(authority.id, facts),
  ...(since === undefined ? [] : [soaked(since, soak, 'rolled back', now)]),
];

/** Returns the time at which the last closed gate opens without a command. Undefined when one of them needs a command. */
function opening(gates: readonly Gate[], now: Date): Date | undefined {
  let from = now;
  for (const { open, opensAt } of gates) {
    if (open) continue;
    if (opensAt === undefined) return undefined;
    if (opensAt > from) from = opensAt;
  }
  return from;
}

/** Returns the step that a scheduled run can take now; undefined when there is none. */
export function nextRotationStep(
  facts: RotationFacts,
  found: ProofFindings,
  due: { readonly prepare: Date; readonly activate: Date },
  now: Date,
): RotationStep | undefined {
  const open = openRotation(facts);
  if (open === undefined) {
    if (leftovers(facts).some(each => leftoverGates(each, facts, now).every(gate => gate.open))) return 'retire';
    if (awaitedRotation(facts) !== undefined || now < due.prepare) return undefined;
  }
  if (open !== undefined && open.contradictions.length > 0) return undefined;
  const next = nextStep(open);
  if (next === 'activate' && now < due.activate) return undefined;
  return gatesOf(next, facts, found, now).every(gate => gate.open) ? next : undefined;
}
