// Answers: what happens to one requested service, and why? Made by the planner, printed by `--dry-run`, carried out by `run/issue.ts`.
// Plain data: it says nothing of how a certificate is signed or where a result is recorded.

import type { SvcauthError } from '../../errors/error.ts';
import type { CrlReason } from '../../pki/crl/revocation-reason.ts';
import type { Certificate } from '../../record/certificate.ts';
import type { ServiceSpec } from '../../record/service.ts';
import type { Upkeep } from '../../record/upkeep.ts';
import type { IssueReason } from '../../due/rules/reason.ts';
import type { Violation } from '../../policy/rules/policy.ts';
import type { LeafKey, Requested } from './requested.ts';

interface PlannedService {
  readonly service: string;
  readonly requested: Requested;
  readonly spec: ServiceSpec;
  /** Effective upkeep: the requested one, else the recorded one. */
  readonly upkeep?: Upkeep;
  /** Directory of its files; absolute. */
  readonly directory: string;
  /** Its certificate before the plan. */
  readonly current?: Pick<Certificate, 'serial' | 'notAfter' | 'state' | 'keySource'>;
  /** The current certificate is good and its deployment is not complete. */
  readonly undeployed: boolean;
  /** Violations of the policy by the spec. */
  readonly violations: readonly Violation[];
  /** Reason why the plan cannot be carried out for this service. */
  readonly refusal?: SvcauthError;
}

/** A certificate to issue. */
export interface PlannedCertificate extends PlannedService {
  readonly action: 'issue';
  readonly reason: IssueReason;
  /** Differences from the recorded spec, as text. */
  readonly changes: readonly string[];
  readonly key: LeafKey;
  readonly notBefore: Date;
  /** Inclusive (RFC 5280 §4.1.2.5). */
  readonly notAfter: Date;
  /** The manifest does not know the service. */
  readonly isNew: boolean;
  /** Opening of its renewal window, which is too late. */
  readonly tooLate?: Date;
}

/** A certificate that has a reason but is not issued now. */
export type Held = {
  readonly reason: IssueReason;
  readonly changes: readonly string[];
} & (
  | { readonly action: 'wait'; readonly until: Date }
  | { readonly action: 'leave'; readonly because: LeaveReason; readonly revokedFor?: CrlReason }
  /** Beyond the maximum of a run; only a renewal defers. */
  | { readonly action: 'later' }
);

/** Reason not to renew. `csr`: the key is on another host. `revoked`: a revocation ended the service. `expired`: longer ago than allowed. */
export type LeaveReason = 'csr' | 'revoked' | 'expired';

/** Its certificate is good; `deploy`: its deployment is not complete. */
type Good = { readonly action: 'keep' | 'deploy'; readonly current: NonNullable<PlannedService['current']> };

/** One requested service, decided. */
export type Planned = PlannedCertificate | (PlannedService & (Held | Good));

/** Selects the certificates to sign. */
export const toIssue = (planned: readonly Planned[]): readonly PlannedCertificate[] =>
  planned.filter((each): each is PlannedCertificate => each.action === 'issue' && each.refusal === undefined);

/** Selects the services whose current certificate is still to be deployed. */
export const toDeploy = (planned: readonly Planned[]): readonly Planned[] =>
  planned.filter(({ undeployed, action, refusal }) => undeployed && (action !== 'issue' || refusal !== undefined));

/** Returns the serial number that a new certificate supersedes; undefined if the current one is revoked. */
export const supersedes = ({ current }: Pick<Planned, 'current'>): string | undefined =>
  current?.state === 'current' ? current.serial : undefined;
