// Decides which rotations need a person: due, blocked from the first day on, or without progress. And which keys are no longer needed.
// The source `rotation` calls it with the outlook of each tier. A rotation by the book has no finding on any day.
import { REMEDIES } from '../../errors/remedy.ts';
import type { CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import type { Authority } from '../../record/authority.ts';
import type { Rotation, RotationUpkeep } from '../../record/rotation.ts';
import type { RotationOutlook } from '../../rotation/rules/outlook.ts';
import type { Finding, Severity } from './finding.ts';

/** A closed gate, or another obstacle, with its remedy. */
interface Obstacle {
  readonly problem: string;
  readonly remedy?: string;
}

export interface RotationLook {
  readonly outlook: RotationOutlook;
  /** The CA whose key signs the successor. */
  readonly signer: Authority | undefined;
  readonly upkeep: RotationUpkeep | undefined;
  /** Returns the first gate of an overdue step that needs a person; undefined if all are open. */
  closedGate(): Obstacle | undefined;
}

const DAY = 86_400_000;
/** Milliseconds that a step may be late before it is a finding: a week, less for a short-lived CA. */
const graceOf = ({ certificate: { notBefore, notAfter } }: CertifiedAuthority): number =>
  Math.min(7 * DAY, (+notAfter - +notBefore) / 24);

/** Milliseconds for which a key may stay after its CA was retired. */
const KEY_GRACE = 30 * DAY;

/** Lists the findings about the rotation of one tier; at most one, because they have one cause. */
export function rotationFindings(look: RotationLook, now: Date): readonly Finding[] {
  const { outlook, signer, upkeep } = look;
  const { tier, mode, from, rotation, step, due, expected, latest } = outlook;
  if (outlook.awaited !== undefined) return awaitedFindings(outlook, outlook.awaited, now);
  // a compromise and an expired CA have findings of their own, with other remedies
  if (rotation === undefined && (from.state === 'tainted' || from.certificate.notAfter < now)) return [];
  const severity: Severity = latest !== undefined && now >= latest ? 'critical' : 'warning';
  const about = { kind: 'rotation', subject: tier, tier, step, severity, ...(latest && { deadline: latest }) } as const;
  const away = signer !== undefined && signer.keyLocation !== 'file' ? signer : undefined;
  const keyLocation = away && ({ keyLocation: away.keyLocation } as const);
  if (mode === 'auto') {
    if (rotation === undefined && away !== undefined) {
      const problem = `the key of ${away.id} is ${away.keyLocation}`;
      return [{ ...about, ...keyLocation, name: 'rotation-blocked', problem }];
    }
    const { obstacle } = upkeep ?? {};
    if (obstacle?.kind === 'keys') return [{ ...about, name: 'rotation-blocked', ...wordsOf(obstacle) }];
    if (now.getTime() < expected.getTime() + graceOf(from)) return [];
    return [{ ...about, name: 'rotation-stalled', ...(obstacle && wordsOf(obstacle)) }];
  }
  if (rotation === undefined) return now < due ? [] : [{ ...about, ...keyLocation, name: 'rotation-due' }];
  if (now.getTime() < expected.getTime() + graceOf(from)) return [];
  const gate = look.closedGate();
  return [{ ...about, name: 'rotation-stalled', ...(gate && wordsOf(gate)) }];
}

/** Finds a successor that waits for its certificate when the rotation should have begun. Critical: it is too late to be safe. */
function awaitedFindings({ tier, from, due, latest }: RotationOutlook, subject: string, now: Date): readonly Finding[] {
  if (now < due && from.state !== 'tainted') return [];
  const severity: Severity = latest !== undefined && now >= latest ? 'critical' : 'warning';
  const remedy = REMEDIES.successorPending();
  return [{ name: 'ca-pending', severity, kind: 'ca', subject, tier, remedy, ...(latest && { deadline: latest }) }];
}

const wordsOf = ({ problem, remedy }: Obstacle) => ({ problem, ...(remedy !== undefined && { remedy }) });

/** Returns the CAs whose expiry needs no finding of its own: a rotation replaces them, or has a finding. */
export function rotatedAuthorities(
  outlook: RotationOutlook,
  authorities: readonly Authority[],
  now: Date,
): readonly string[] {
  const { tier, from, rotation, mode, due } = outlook;
  const covered = rotation !== undefined || (from.state !== 'tainted' && (mode === 'auto' || now >= due));
  const draining = authorities.filter(each => each.tier === tier && each.state === 'draining');
  return [...(covered ? [from.id] : []), ...draining.map(({ id }) => id)];
}

/** Lists the keys of CAs that were retired a while ago. `tick` destroys none. */
export function unneededKeys(
  authorities: readonly Authority[],
  rotations: readonly Rotation[],
  now: Date,
): readonly Finding[] {
  return authorities.flatMap(({ id, tier, state, keyLocation }) => {
    if (state !== 'retired' || keyLocation !== 'file') return [];
    const ended = rotations.findLast(each => each.fromId === id || each.toId === id)?.endedAt;
    if (ended === undefined || now.getTime() < ended.getTime() + KEY_GRACE) return [];
    return [{ name: 'key-destroyable', severity: 'warning', kind: 'ca', subject: id, tier } as const];
  });
}
