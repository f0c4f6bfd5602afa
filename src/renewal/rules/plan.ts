import type { CrlReason } from '../../pki/crl/revocation-reason.ts';
import type { Threshold } from '../../time/duration.ts';
import { issueReason, type FilesState, type IssueReason } from '../../due/rules/reason.ts';
import type { Certificate } from '../../record/certificate.ts';
import type { Delivery } from '../../record/deployment.ts';
import type { Service } from '../../record/service.ts';
import type { RenewalSpec } from '../../record/upkeep.ts';
import { renewalOf } from '../../due/rules/settings.ts';
import { renewalTime } from '../../due/rules/time.ts';
import { CAN_WAIT, renewalWaits } from '../../due/rules/wait.ts';
import { isWithdrawn } from '../../due/rules/withdrawal.ts';

/** A service that may have to be renewed. */
export interface RenewalTarget {
  readonly service: Service;
  readonly certificate?: Omit<Certificate, 'der'>;
  readonly delivery?: Delivery;
  readonly files: FilesState;
  /** Why its current certificate is revoked, where it is. */
  readonly revokedFor?: CrlReason;
}

export interface RenewalOptions {
  readonly issuer: { readonly id: string; readonly notAfter: Date };
  /** CAs whose certificates are being replaced. */
  readonly draining: ReadonlySet<string>;
  /** CAs that have not begun to drain. */
  readonly active: ReadonlySet<string>;
  /** Of services that say nothing else. */
  readonly renewal: RenewalSpec;
  /** What is left of a lifetime when `check` calls it critical: no window makes a certificate wait so long. */
  readonly critical: Threshold;
  /** Renew even where the certificate is good. */
  readonly force: boolean;
  /** Instead of everybody's. */
  readonly threshold?: Threshold;
  /** Leave alone what expired longer ago, in seconds. */
  readonly allowExpired?: number;
  /** The most that are renewed; the others are left for later. */
  readonly max?: number;
}

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
  /** Its certificate is good and nothing but its delivery is missing. */
  | { readonly action: 'deliver' }
  /** Due, but its window is closed. */
  | { readonly action: 'wait'; readonly reason: IssueReason; readonly until: Date }
  /** Due, but others are more urgent, and that is as many as were asked for. */
  | { readonly action: 'later'; readonly reason: IssueReason }
  /** Due, and not to be renewed here. */
  | { readonly action: 'leave'; readonly because: LeaveReason; readonly revokedFor?: CrlReason }
  | { readonly action: 'keep' }
);

/** `csr`: its key is on its own host. `revoked`: it was taken out of service. `expired`: longer ago than was allowed. */
type LeaveReason = 'csr' | 'revoked' | 'expired';

/** One step for each target: what is renewed first, the most urgent of it first. Pure: the same targets give the same plan. */
export function planRenewals(
  targets: readonly RenewalTarget[],
  options: RenewalOptions,
  now: Date,
): readonly RenewalStep[] {
  const waits = renewalWaits(options.critical, now);
  const steps = targets.map(target => stepOf(target, options, waits, now)).sort(byUrgency);
  const { max = Infinity } = options;
  return steps.map((step, index) => {
    // what is renewed stands first
    if (step.action !== 'renew' || index < max) return step;
    const { tooLate: _, ...rest } = step;
    return { ...rest, action: 'later' };
  });
}

function stepOf(
  target: RenewalTarget,
  options: RenewalOptions,
  waits: ReturnType<typeof renewalWaits>,
  now: Date,
): RenewalStep {
  const { service, certificate, files, revokedFor } = target;
  const { serial, notAfter } = certificate ?? {};
  const about = { service: service.name, ...(serial !== undefined && { serial }), ...(notAfter && { notAfter }) };
  const renewal = renewalOf(service, options.renewal);
  const dueAt = certificate && renewalTime(certificate, options.threshold ?? renewal.threshold);
  const reason = issueReason({ ...options, certificate, changes: [], keyDiffers: false, files, dueAt }, now);
  if (reason === undefined) return { ...about, action: isDelivered(target) ? 'keep' : 'deliver' };
  const because = leaveReason(target, options, now);
  if (because !== undefined) return { ...about, action: 'leave', because, ...(revokedFor && { revokedFor }) };
  const wait = certificate && renewal.window && !options.force && waits(renewal.window, reason, certificate);
  if (wait && 'until' in wait) return { ...about, action: 'wait', reason, ...wait };
  return { ...about, action: 'renew', reason, ...wait };
}

function leaveReason(
  { certificate, revokedFor }: RenewalTarget,
  { allowExpired = Infinity }: RenewalOptions,
  now: Date,
): LeaveReason | undefined {
  if (certificate === undefined) return undefined;
  if (revokedFor !== undefined && isWithdrawn(revokedFor)) return 'revoked';
  if (certificate.keySource === 'csr') return 'csr';
  return now.getTime() - certificate.notAfter.getTime() > allowExpired * 1000 ? 'expired' : undefined;
}

/** A look at the files says more than the record, and a missing look nothing. */
function isDelivered({ files, certificate, delivery }: RenewalTarget): boolean {
  const recorded = delivery?.state === 'delivered' && delivery.serial === certificate?.serial;
  return recorded && files !== 'not-switched';
}

const ORDER: readonly RenewalStep['action'][] = ['renew', 'deliver', 'wait', 'later', 'leave', 'keep'];

/** What has no certificate that works comes first, then what ends first. */
function byUrgency(a: RenewalStep, b: RenewalStep): number {
  const end = (step: RenewalStep): number =>
    step.action === 'renew' && !CAN_WAIT.has(step.reason) && step.reason !== 'forced'
      ? 0
      : (step.notAfter?.getTime() ?? 0);
  const rank = ORDER.indexOf(a.action) - ORDER.indexOf(b.action);
  return rank || end(a) - end(b) || (a.service < b.service ? -1 : 1);
}
