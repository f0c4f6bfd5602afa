/**
 * Finds the certificates that a successor cannot issue although the policy requires them. It covers the time from the activation until the
 * next successor is due. The course of a rotation calls it; `leafEnd` has the rules for a leaf, and nothing is issued.
 */
import { leafEnd, LEAF_SHARE, longestLeaf, roundDown, type LeafEnd } from '../../policy/rules/decide-spec.ts';
import type { NotAfterPolicy } from '../../policy/rules/not-after-policy.ts';
import type { AuthorityAbove } from '../../ca/rules/planned-authority.ts';
import { durationText } from '../../time/duration.ts';
import { instantText } from '../../time/instant-text.ts';
import { activationDue } from './timetable.ts';

/** Leaves of one required lifetime. */
export interface LeafDemand {
  /** Seconds. */
  readonly ttl: number;
  /** True if leaf.ttl of the policy requires it. */
  readonly isPolicy: boolean;
  /** The number of services with this ttl of their own, and one of them. */
  readonly services: number;
  readonly example?: string;
}

/** The certificates that the CAs must issue from the activation on. */
export interface IssuingWork {
  /** The demand of the policy comes first. */
  readonly demands: readonly LeafDemand[];
  readonly notAfterPolicy: NotAfterPolicy;
  /** The time at which they begin to issue; now, if they already do. */
  readonly from: Date;
  /** The time at which the old CA is retired; its successor must still issue then. */
  readonly retiredAt: Date;
  /** False once they issue: their own successor may already be due. */
  readonly isAwaited: boolean;
  /** Seconds between publishing and activating: their own successor needs them after `from`. */
  readonly soak: number;
}

/** Certificates that the successor cannot issue. */
export type IssuingGap = {
  readonly kind: 'cannot-issue';
  readonly phase: 'activated' | 'retired';
  /** The first checked instant with the gap. */
  readonly at: Date;
  readonly authority: string;
  readonly authorityNotAfter: Date;
} & (
  | { readonly reason: 'expired' }
  /** `longest` in seconds. */
  | ({ readonly reason: 'ttl-share'; readonly longest: number } & LeafDemand)
  | ({ readonly reason: 'outlives-issuer' } & LeafDemand)
  /** Its own successor is due too early to be prepared after its activation. */
  | { readonly reason: 'successor-due'; readonly due: Date }
  /** The root would expire before a CA that it certifies. */
  | { readonly reason: 'below-outlives'; readonly below: string; readonly belowNotAfter: Date }
);

/** A change that leaves no gap: a lifetime of the successor in seconds from now, or a longer-lived root. */
export type GapWayOut = { readonly kind: 'lifetime'; readonly seconds: number } | { readonly kind: 'root-first' };

/** Returns each lifetime that the policy or a service requires, except those above leaf.maxTtl. */
export function leafDemands(
  leaf: { readonly ttl: number; readonly maxTtl: number },
  lifetimes: readonly { readonly name: string; readonly ttl: number; readonly services: number }[],
): readonly LeafDemand[] {
  const demands = new Map<number, LeafDemand>([[leaf.ttl, { ttl: leaf.ttl, isPolicy: true, services: 0 }]]);
  for (const { name, ttl, services } of lifetimes) {
    if (ttl > leaf.maxTtl) continue;
    const known = demands.get(ttl) ?? { ttl, isPolicy: false, services: 0 };
    demands.set(ttl, { ...known, services: known.services + services, example: known.example ?? name });
  }
  return [...demands.values()];
}

/** Returns the expiry of a leaf issued at `at`, or the reason why the CA does not issue it. */
export const issuedEnd = (
  ttl: number,
  issuer: AuthorityAbove,
  { notAfterPolicy }: Pick<IssuingWork, 'notAfterPolicy'>,
  at: Date,
): LeafEnd | { readonly refusal: 'expired' } =>
  issuer.notAfter <= at ? { refusal: 'expired' } : leafEnd(ttl, issuer, notAfterPolicy, at);

/** Returns the gaps of a CA that issues leaves; empty if it can issue everything. */
export function leafGaps(issuer: AuthorityAbove, work: IssuingWork): readonly IssuingGap[] {
  const gaps = work.demands.flatMap(demand => demandGap(issuer, demand, work) ?? []);
  const [expired] = gaps.filter(({ reason }) => reason === 'expired');
  if (expired !== undefined) return [expired, ...gaps.filter(({ reason }) => reason !== 'expired')];
  return gaps.length > 0 ? gaps : dueGap(issuer, work);
}

/** Returns the gaps of a root: issuing CAs that outlive it, or its own late activation. */
export function rootGaps(
  root: AuthorityAbove,
  below: readonly AuthorityAbove[],
  work: IssuingWork,
): readonly IssuingGap[] {
  const at = { ...about(root), phase: 'activated', at: work.from } as const;
  if (root.notAfter <= work.from) return [{ ...at, reason: 'expired' }];
  const outliving = below.filter(({ notAfter }) => notAfter > root.notAfter);
  if (outliving.length === 0) return dueGap(root, work, longestLife(below));
  return outliving.map(({ id, notAfter }) => ({ ...at, reason: 'below-outlives', below: id, belowNotAfter: notAfter }));
}

function demandGap(issuer: AuthorityAbove, demand: LeafDemand, work: IssuingWork): IssuingGap | undefined {
  for (const [phase, at] of [
    ['activated', work.from],
    ['retired', work.retiredAt],
  ] as const) {
    const end = issuedEnd(demand.ttl, issuer, work, at);
    if ('notAfter' in end) continue;
    const gap = { ...about(issuer), phase, at };
    if (end.refusal === 'expired') return { ...gap, reason: 'expired' };
    if (end.refusal === 'outlives-issuer') return { ...gap, reason: 'outlives-issuer', ...demand };
    return { ...gap, reason: 'ttl-share', longest: longestLeaf(issuer), ...demand };
  }
  return undefined;
}

/** Returns a gap if the successor of this CA is due before it can be active. */
function dueGap(
  ca: AuthorityAbove,
  { demands, from, isAwaited, soak }: IssuingWork,
  longestChild = 0,
): readonly IssuingGap[] {
  const due = activationDue(
    ca,
    demands.reduce((most, { ttl }) => Math.max(most, ttl), longestChild),
  );
  if (!isAwaited || due.getTime() >= from.getTime() + soak * 1000) return [];
  return [{ ...about(ca), phase: 'activated', at: from, reason: 'successor-due', due }];
}

/** Returns the longest lifetime of these CAs in seconds: their successors need as much. */
const longestLife = (below: readonly AuthorityAbove[]): number =>
  below.reduce((most, { notBefore, notAfter }) => Math.max(most, (notAfter.getTime() - notBefore.getTime()) / 1000), 0);

const about = ({ id, notAfter }: AuthorityAbove) =>
  ({ kind: 'cannot-issue', authority: id, authorityNotAfter: notAfter }) as const;

/** Returns the shortest lifetime in seconds from now without a gap, at most `most`; undefined if there is none. */
export function shortestLifetime(gapsOf: (notAfter: Date) => readonly IssuingGap[], most: number, now: Date) {
  const isEnough = (seconds: number): boolean => gapsOf(new Date(now.getTime() + seconds * 1000)).length === 0;
  if (!isEnough(most)) return undefined;
  let [tooShort, enough] = [0, most];
  while (enough - tooShort > 1) {
    const middle = Math.floor((tooShort + enough) / 2);
    if (isEnough(middle)) enough = middle;
    else tooShort = middle;
  }
  return enough;
}

/** Describes a gap in one sentence: phase, CA, certificates and reason. */
export function issuingGapText(gap: IssuingGap): string {
  const { phase, at, authority, authorityNotAfter } = gap;
  const when = `in phase ${phase}, at ${instantText(at)}`;
  const end = instantText(authorityNotAfter);
  switch (gap.reason) {
    case 'expired':
      return `${when}, ${authority} cannot issue: it expires ${end}`;
    case 'ttl-share':
      return `${when}, ${authority} cannot issue ${leavesText(gap)}: a leaf may live at most 1/${LEAF_SHARE} of the lifetime of its CA, and ${authority}, which expires ${end}, allows ${durationText(roundDown(gap.longest))}`;
    case 'outlives-issuer':
      return `${when}, ${authority} cannot issue ${leavesText(gap)}: they would outlive ${authority}, which expires ${end}`;
    case 'successor-due':
      return `${when}, ${authority} begins to issue too late: it expires ${end}, and its own successor is due to be active from ${instantText(gap.due)}`;
    case 'below-outlives':
      return `${when}, ${authority} cannot certify ${gap.below}: ${authority} expires ${end}, before ${gap.below} (${instantText(gap.belowNotAfter)})`;
  }
}

function leavesText({ ttl, isPolicy, services, example }: LeafDemand): string {
  const more = services > 1 ? ` and ${services - 1} more` : '';
  const askers = [...(isPolicy ? ['leaf.ttl'] : []), ...(example === undefined ? [] : [`${example}${more}`])];
  return `certificates of ${durationText(ttl)} (${askers.join(', ')})`;
}
