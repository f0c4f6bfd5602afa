// Orders and limits the renewals of a run, and describes each. `renew`, `due` and `tick` call it with requests for due services.
// The planner of issuance decides about each service.

import type { CrlReason } from '../../pki/crl/revocation-reason.ts';
import type { IssueReason } from '../../due/rules/reason.ts';
import { CAN_WAIT } from '../../due/rules/wait.ts';
import type { IssuanceFacts } from '../../issuance/rules/facts.ts';
import { planCertificates, type PlanOptions } from '../../issuance/rules/plan.ts';
import type { LeaveReason, Planned } from '../../issuance/rules/planned.ts';
import type { Requested } from '../../issuance/rules/requested.ts';

export interface RenewalOptions extends PlanOptions {
  /** Maximum number of certificates to renew; the others are deferred. */
  readonly max?: number;
}

/** One planned renewal as a run reports it. */
export type RenewalStep = {
  readonly service: string;
  /** Serial number of its current certificate; absent without one. */
  readonly serial?: string;
  readonly notAfter?: Date;
} & (
  | {
      readonly action: 'renew';
      readonly reason: IssueReason;
      /** Opening of its renewal window, which is too late. */
      readonly tooLate?: Date;
    }
  /** The certificate is good, but its deployment is not complete. */
  | { readonly action: 'deploy' }
  /** Due, but its window is closed. */
  | { readonly action: 'wait'; readonly reason: IssueReason; readonly until: Date }
  /** Due, but beyond the maximum of the run. */
  | { readonly action: 'later'; readonly reason: IssueReason }
  /** Due, but not renewed by this run. */
  | { readonly action: 'leave'; readonly because: LeaveReason; readonly revokedFor?: CrlReason }
  | { readonly action: 'keep' }
);

/** Plans the requested renewals: certificates to renew come first, the most urgent of them at the start. Pure. */
export function planRenewals(
  requests: readonly Requested[],
  facts: IssuanceFacts,
  options: RenewalOptions,
  now: Date,
): readonly Planned[] {
  const { max = Infinity } = options;
  return [...planCertificates(requests, facts, options, now)].sort(byUrgency).map((planned, index) => {
    // certificates to renew are first in this order
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

/** Compares two plans: services without a working certificate come first, then by expiry. */
function byUrgency(a: Planned, b: Planned): number {
  const expiry = ({ current, ...planned }: Planned): number =>
    planned.action === 'issue' && !CAN_WAIT.has(planned.reason) && planned.reason !== 'forced'
      ? 0
      : (current?.notAfter.getTime() ?? 0);
  const rank = ORDER.indexOf(a.action) - ORDER.indexOf(b.action);
  return rank || expiry(a) - expiry(b) || (a.service < b.service ? -1 : 1);
}
