/**
 * Answers where a rotation is, what comes next and what stands in its way, for people and for runs that come by themselves. It takes
 * no step.
 */
import type { Authority } from '../../record/authority.ts';
import { currentAuthority, openRotation, type OpenRotation, type RotationFacts } from './state.ts';
import { gatesOf, leftovers, nextStep, retireGates, type RotationStep } from './step.ts';
import { soaked, type Gate, type ProofFindings } from './gate.ts';

/** Where a rotation is, what comes next, and what stands in its way. */
export interface RotationStatus {
  readonly tier: Authority['tier'];
  /** `none`: no rotation is under way. */
  readonly phase: OpenRotation['phase'] | 'none';
  readonly since?: Date;
  readonly from?: string;
  readonly to?: string;
  /** What verifiers acknowledge. */
  readonly sequence?: number;
  readonly next: RotationStep;
  /** Of the next step. */
  readonly gates: readonly Gate[];
  /** From when the next step is allowed, as far as only time is missing; absent: somebody has to do something first. */
  readonly allowedFrom?: Date;
  readonly unfinished: readonly string[];
  readonly contradictions: readonly string[];
  /** CAs that a rotation which was rolled back left to be retired. */
  readonly leftovers: readonly { readonly ca: string; readonly gates: readonly Gate[] }[];
}

/** `found` by the proof of the next step. */
export function rotationStatus(facts: RotationFacts, found: ProofFindings, now: Date): RotationStatus {
  const open = openRotation(facts);
  const next = nextStep(open);
  const gates = gatesOf(next, facts, found, now);
  const allowedFrom = opening(gates, now);
  const from = open?.from.id ?? currentAuthority(facts)?.id;
  return {
    tier: facts.tier,
    phase: open?.phase ?? 'none',
    ...(open && { since: open.since, to: open.to.id }),
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

/** Of a CA that was rolled back. */
export const leftoverGates = (
  { authority, since, soak }: ReturnType<typeof leftovers>[number],
  facts: RotationFacts,
  now: Date,
): readonly Gate[] => [
  ...retireGates(authority.id, facts),
  ...(since === undefined ? [] : [soaked(since, soak, 'rolled back', now)]),
];

/** When the last of the closed gates opens by itself; undefined when one of them never does. */
function opening(gates: readonly Gate[], now: Date): Date | undefined {
  let from = now;
  for (const { open, opensAt } of gates) {
    if (open) continue;
    if (opensAt === undefined) return undefined;
    if (opensAt > from) from = opensAt;
  }
  return from;
}

/** The step that can be taken without anybody: for runs that come by themselves. Undefined when there is none. */
export function nextRotationStep(
  facts: RotationFacts,
  found: ProofFindings,
  due: { readonly prepare: Date; readonly activate: Date },
  now: Date,
): RotationStep | undefined {
  const open = openRotation(facts);
  if (open === undefined) {
    if (leftovers(facts).some(each => leftoverGates(each, facts, now).every(gate => gate.open))) return 'retire';
    if (now < due.prepare) return undefined;
  }
  if (open !== undefined && open.contradictions.length > 0) return undefined;
  const next = nextStep(open);
  if (next === 'activate' && now < due.activate) return undefined;
  return gatesOf(next, facts, found, now).every(gate => gate.open) ? next : undefined;
}
