// Answers: which due services are renewed in which order, and what does a run say of each? Called by `renew`, `due` and `tick`
// with requests for what is due. The decision for one service is the planner's; this file only orders, limits and names it.

import type { CrlReason } from '../../pki/crl/revocation-reason.ts';
import type { IssueReason } from '../../due/rules/reason.ts';
import { CAN_WAIT } from '../../due/rules/wait.ts';
import type { IssuanceFacts } from '../../issuance/rules/facts.ts';
import { planCertificates, type PlanOptions } from '../../issuance/rules/plan.ts';
import type { LeaveReason, Planned } from '../../issuance/rules/planned.ts';
import type { Requested } from '../../issuance/rules/requested.ts';

export interface RenewalOptions extends PlanOptions {
  /** Most certificates that are renewed; the others are left for later. */
  readonly max?: number;
}

/** One planned renewal as a run reports it. */
export type RenewalStep = {
  readonly service: string;
  /** Of its certificate now; absent when there is none. */
  readonly serial?: string;
  readonly notAfter?: Date;
} & (
  | {
      readonly action: 'renew';
      readonly reason: IssueReason;
      /** Its window opens only then, and that is too late. */
      readonly tooLate?: Date;
    }
  /** Its certificate is good and nothing but its deployment is missing. */
  | { readonly action: 'deploy' }
  /** Due, but its window is closed. */
  | { readonly action: 'wait'; readonly reason: IssueReason; readonly until: Date }
  /** Due, but others are more urgent, and that is as many as were asked for. */
  | { readonly action: 'later'; readonly reason: IssueReason }
  /** Due, and not to be renewed here. */
  | { readonly action: 'leave'; readonly because: LeaveReason; readonly revokedFor?: CrlReason }
  | { readonly action: 'keep' }
);

/** Plans what is requested: first what is renewed, the most urgent of it first. Pure: the same facts give the same plan. */
export function planRenewals(
  requests: readonly Requested[],
  facts: IssuanceFacts,
  options: RenewalOptions,
  now: Date,
): readonly Planned[] {
  const { max = Infinity } = options;
  return [...planCertificates(requests, facts, options, now)].sort(byUrgency).map((planned, index) => {
    // what is renewed stands first
    if (planned.action !== 'issue' || index < max) return planned;
    const { refusal: _, ...rest } = planned;
    return { ...rest, action: 'later' };
  });
}

/** Describes a planned renewal. */
export function renewalStep(planned: Planned): RenewalStep {
  const { service, current } = planned;
  const about = { service, ...(current && { serial: current.serial, notAfter: current.notAfter }) };
  switch (planned.action) {
    case 'issue': {
      const { reason, tooLate } = planned;
      return { ...about, action: 'renew', reason, ...(tooLate && { tooLate }) };
    }
    case 'wait':
      return { ...about, action: 'wait', reason: planned.reason, until: planned.until };
    case 'leave': {
      const { because, revokedFor } = planned;
      return { ...about, action: 'leave', because, ...(revokedFor && { revokedFor }) };
    }
    case 'later':
      return { ...about, action: 'later', reason: planned.reason };
    case 'keep':
      return { ...about, action: 'keep' };
    case 'deploy':
      return { ...about, action: 'deploy' };
  }
}

const ORDER: readonly Planned['action'][] = ['issue', 'deploy', 'wait', 'later', 'leave', 'keep'];

/** What has no certificate that works comes first, then what ends first. */
function byUrgency(a: Planned, b: Planned): number {
  const end = ({ current, ...planned }: Planned): number =>
    planned.action === 'issue' && !CAN_WAIT.has(planned.reason) && planned.reason !== 'forced'
      ? 0
      : (current?.notAfter.getTime() ?? 0);
  const rank = ORDER.indexOf(a.action) - ORDER.indexOf(b.action);
  return rank || end(a) - end(b) || (a.service < b.service ? -1 : 1);
}
