import { issueReason, type FilesState, type IssueReason } from '../../due/rules/reason.ts';
import type { Certificate } from '../../record/certificate.ts';
import type { Delivery } from '../../record/deployment.ts';
import type { Service, ServiceSpec } from '../../record/service.ts';
import type { RenewalSpec } from '../../record/upkeep.ts';
import { renewalOf } from '../../due/rules/settings.ts';
import { renewalTime } from '../../due/rules/time.ts';
import { specChanges } from '../../service/rules/spec-change.ts';

/** What is known of a service when the plan is made. */
export interface IssueTarget {
  readonly name: string;
  readonly spec: ServiceSpec;
  /** As the manifest has it; absent for a new service. */
  readonly known?: { readonly service: Service; readonly certificate?: Certificate; readonly delivery?: Delivery };
  readonly files: FilesState;
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
  /** CAs whose certificates are being replaced. */
  readonly draining: ReadonlySet<string>;
  /** CAs that have not begun to drain. */
  readonly active: ReadonlySet<string>;
  /** Of services that say nothing else. */
  readonly renewal: RenewalSpec;
}

/** One step for each target, in their order. Pure: the same targets give the same plan. */
export function planIssue(targets: readonly IssueTarget[], options: PlanIssueOptions, now: Date): readonly IssueStep[] {
  return targets.map(target => {
    const { name, spec, files, keyDiffers } = target;
    const { service, certificate } = target.known ?? {};
    const changes = service === undefined ? [] : specChanges(service.spec, spec);
    const dueAt = service && certificate && renewalTime(certificate, renewalOf(service, options.renewal).threshold);
    const reason = issueReason({ ...options, certificate, changes, keyDiffers, files, dueAt }, now);
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
