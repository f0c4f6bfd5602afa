/**
 * Answers what a CA that comes cannot issue although the policy asks for it, from its activation to the day on which its own successor
 * should sign. The course of a rotation asks here; the rules for a leaf are those of `leafEnd`, and nothing is issued.
 */
import { leafEnd, LEAF_SHARE, longestLeaf, roundDown, type LeafEnd } from '../../policy/rules/decide-spec.ts';
import type { NotAfterPolicy } from '../../policy/rules/not-after-policy.ts';
import type { AuthorityAbove } from '../../ca/rules/planned-authority.ts';
import { durationText } from '../../time/duration.ts';
import { instantText } from '../../time/instant-text.ts';
import { activationDue } from './timetable.ts';

/** Leaves of one lifetime that are asked for. */
export interface LeafDemand {
  /** Seconds. */
  readonly ttl: number;
  /** Whether leaf.ttl of the policy asks for it. */
  readonly isPolicy: boolean;
  /** Services whose own ttl it is, and one of them. */
  readonly services: number;
  readonly example?: string;
}

/** The work that the CAs have from the activation on. */
export interface IssuingWork {
  /** The policy's first. */
  readonly demands: readonly LeafDemand[];
  readonly notAfterPolicy: NotAfterPolicy;
  /** When they begin to issue; for those that do already: now. */
  readonly from: Date;
  /** When the old CA is retired: its successor still issues. */
  readonly retiredAt: Date;
  /** False once they issue: the day on which their own successor should sign may have passed. */
  readonly isAwaited: boolean;
}

/** One thing that the CA which comes cannot do. */
export type IssuingGap = {
  readonly kind: 'cannot-issue';
  readonly phase: 'activated' | 'retired';
  /** The first instant of those that are looked at. */
  readonly at: Date;
  readonly authority: string;
  readonly authorityNotAfter: Date;
} & (
  | { readonly reason: 'expired' }
  /** `longest` in seconds. */
  | ({ readonly reason: 'ttl-share'; readonly longest: number } & LeafDemand)
  | ({ readonly reason: 'outlives-issuer' } & LeafDemand)
  /** Its own successor should sign before it does. */
  | { readonly reason: 'successor-due'; readonly due: Date }
  /** A root would end before a CA that it certifies. */
  | { readonly reason: 'below-outlives'; readonly below: string; readonly belowNotAfter: Date }
);

/** A way without a gap: an end of the CA that comes, in seconds from now, or a root that lives longer. */
export type GapWayOut = { readonly kind: 'lifetime'; readonly seconds: number } | { readonly kind: 'root-first' };

/** Returns what the policy and the services ask for: each lifetime once. What leaf.maxTtl refuses, no CA is asked for. */
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

/** Answers when a leaf that a CA issues at `at` ends, or why it is not issued. */
export const issuedEnd = (
  ttl: number,
  issuer: AuthorityAbove,
  { notAfterPolicy }: Pick<IssuingWork, 'notAfterPolicy'>,
  at: Date,
): LeafEnd | { readonly refusal: 'expired' } =>
  issuer.notAfter <= at ? { refusal: 'expired' } : leafEnd(ttl, issuer, notAfterPolicy, at);

/** Returns what a CA that signs leaves cannot issue; empty when it does all of its work. */
export function leafGaps(issuer: AuthorityAbove, work: IssuingWork): readonly IssuingGap[] {
  const gaps = work.demands.flatMap(demand => demandGap(issuer, demand, work) ?? []);
  const [expired] = gaps.filter(({ reason }) => reason === 'expired');
  if (expired !== undefined) return [expired, ...gaps.filter(({ reason }) => reason !== 'expired')];
  return gaps.length > 0 ? gaps : dueGap(issuer, work);
}

/** Returns what a root cannot carry: the issuing CAs that it certifies, and leaves below it. */
export function rootGaps(
  root: AuthorityAbove,
  below: readonly AuthorityAbove[],
  work: IssuingWork,
): readonly IssuingGap[] {
  const at = { ...about(root), phase: 'activated', at: work.from } as const;
  if (root.notAfter <= work.from) return [{ ...at, reason: 'expired' }];
  const outliving = below.filter(({ notAfter }) => notAfter > root.notAfter);
  if (outliving.length === 0) return dueGap(root, work);
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

/** Returns one gap where the successor of this CA should sign before this CA does: until then it issues every leaf that is asked for. */
function dueGap(ca: AuthorityAbove, { demands, from, isAwaited }: IssuingWork): readonly IssuingGap[] {
  const due = activationDue(
    ca,
    demands.reduce((most, { ttl }) => Math.max(most, ttl), 0),
  );
  if (!isAwaited || due >= from) return [];
  return [{ ...about(ca), phase: 'activated', at: from, reason: 'successor-due', due }];
}

const about = ({ id, notAfter }: AuthorityAbove) =>
  ({ kind: 'cannot-issue', authority: id, authorityNotAfter: notAfter }) as const;

/** Returns the fewest seconds from now after which a CA may end and has no gap, at most `most`; undefined where there are none. */
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

/** Says it in one sentence: when, which CA, and what it cannot do. */
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
