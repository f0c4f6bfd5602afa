import type { Certificate, Delivery, Service, ServiceSpec } from './model.ts';
import { renewalTime } from './renewal-time.ts';
import { specChanges } from './spec-change.ts';

/** Why a certificate is issued: the first that holds is the answer. */
export const ISSUE_REASONS = {
  new: 'it has no certificate',
  forced: 'asked for with --force',
  revoked: 'its certificate is revoked',
  expired: 'its certificate has expired',
  'spec-changed': 'something else is asked for it',
  'key-changed': 'it brings another key',
  'issuer-changed': 'another issuing CA is active',
  'files-missing': 'its files are missing or damaged',
  expiring: 'its certificate is past its renewal time',
} as const;

type IssueReason = keyof typeof ISSUE_REASONS;

/** What is known of a service when the plan is made. */
export interface IssueTarget {
  readonly name: string;
  readonly spec: ServiceSpec;
  /** As the manifest has it; absent for a new service. */
  readonly known?: { readonly service: Service; readonly certificate?: Certificate; readonly delivery?: Delivery };
  /**
   * Of the current certificate: whole and served by the `current` link; whole, but a crash came before the switch; or not there.
   */
  readonly files: 'served' | 'not-switched' | 'missing';
  /** The key that was brought is not the certificate's. False when none was brought. */
  readonly keyDiffers: boolean;
}

export type IssueStep =
  | {
      readonly action: 'issue';
      readonly name: string;
      readonly spec: ServiceSpec;
      readonly reason: IssueReason;
      /** What is asked for otherwise than before, in words. */
      readonly changes: readonly string[];
      /** The serial that becomes `superseded`. */
      readonly supersedes?: string;
    }
  | {
      /** Its certificate is good and its files are whole: only the switch is missing, or known to nobody. */
      readonly action: 'deliver';
      readonly name: string;
      readonly serial: string;
      readonly notAfter: Date;
    }
  | {
      /** Nothing to do. */
      readonly action: 'keep';
      readonly name: string;
      readonly serial: string;
      readonly notAfter: Date;
    };

export interface PlanIssueOptions {
  /** Issue even where the certificate is good. */
  readonly force: boolean;
  readonly issuer: { readonly id: string; readonly notAfter: Date };
}

/** One step for each target, in their order. Pure: the same targets give the same plan. */
export function planIssue(targets: readonly IssueTarget[], options: PlanIssueOptions, now: Date): readonly IssueStep[] {
  return targets.map(target => {
    const { name, spec } = target;
    const { service, certificate } = target.known ?? {};
    const changes = service === undefined ? [] : specChanges(service.spec, spec);
    const reason = issueReason(target, certificate, changes, options, now);
    if (reason !== undefined) {
      const live = certificate !== undefined && certificate.state === 'current';
      return { action: 'issue', name, spec, reason, changes, ...(live && { supersedes: certificate.serial }) };
    }
    const { serial, notAfter } = certificate!;
    return { action: isDelivered(target) ? 'keep' : 'deliver', name, serial, notAfter };
  });
}

/** A crash may have come before the switch, and between it and its record. */
function isDelivered({ files, known }: IssueTarget): boolean {
  const delivery = known?.delivery;
  return files === 'served' && delivery?.state === 'delivered' && delivery.serial === known?.certificate?.serial;
}

function issueReason(
  target: IssueTarget,
  certificate: Certificate | undefined,
  changes: readonly string[],
  { force, issuer }: PlanIssueOptions,
  now: Date,
): IssueReason | undefined {
  if (target.known === undefined || certificate === undefined) return 'new';
  if (force) return 'forced';
  if (certificate.state === 'revoked') return 'revoked';
  // notAfter is inclusive to its last second (RFC 5280 §4.1.2.5)
  if (certificate.notAfter < now) return 'expired';
  if (changes.length > 0) return 'spec-changed';
  if (target.keyDiffers) return 'key-changed';
  if (certificate.authorityId !== issuer.id) return 'issuer-changed';
  if (target.files === 'missing') return 'files-missing';
  // one that ends with its issuer gains nothing from being made again
  const isLast = certificate.notAfter >= issuer.notAfter;
  if (!isLast && renewalTime(certificate.notBefore, certificate.notAfter) <= now) return 'expiring';
  return undefined;
}
