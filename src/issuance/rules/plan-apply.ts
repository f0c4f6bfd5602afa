import type { IssueReason } from '../../due/rules/reason.ts';
import type { Threshold } from '../../time/duration.ts';
import type { CrlReason } from '../../pki/crl/revocation-reason.ts';
import type { Certificate } from '../../record/certificate.ts';
import type { Service, ServiceSpec } from '../../record/service.ts';
import type { RenewalSpec, Upkeep } from '../../record/upkeep.ts';
import type { IssueStep } from './plan-issue.ts';
import { renewalOf } from '../../due/rules/settings.ts';
import { renewalWaits, type RenewalWait } from '../../due/rules/wait.ts';
import { changesFiles, upkeepChanges } from '../../service/rules/upkeep-change.ts';
import { isWithdrawn } from '../../due/rules/withdrawal.ts';

/** One service of the file, with what `issue` would do for it. */
export interface ApplyTarget {
  /** Where it stands in the file. */
  readonly line: number;
  readonly upkeep: Upkeep;
  readonly issue: IssueStep;
  /** As the manifest has it; absent for a new one. */
  readonly known?: { readonly service: Service; readonly certificate?: Omit<Certificate, 'der'> };
  /** Why its current certificate is revoked, where it is. */
  readonly revokedFor?: CrlReason;
}

/** A service that the file does not name. */
export interface UnlistedService {
  readonly service: Service;
  readonly certificate?: Pick<Certificate, 'serial' | 'state' | 'notAfter'>;
}

export type ApplyStep =
  | {
      readonly action: 'issue';
      readonly name: string;
      readonly line: number;
      readonly spec: ServiceSpec;
      readonly reason: IssueReason;
      readonly changes: readonly string[];
      /** The serial that becomes `superseded`. */
      readonly supersedes?: string;
      /** Its window opens only then, and that is too late. */
      readonly tooLate?: Date;
    }
  | {
      /** It is due, and its window is closed. */
      readonly action: 'wait';
      readonly name: string;
      readonly line: number;
      readonly reason: IssueReason;
      readonly until: Date;
    }
  | {
      /** It would be issued, and its key is on a host of its own: somebody must bring a request. */
      readonly action: 'bring-key';
      readonly name: string;
      readonly line: number;
      readonly spec: ServiceSpec;
      readonly reason: IssueReason;
      readonly changes: readonly string[];
    }
  | {
      /** Somebody took it out of service although the file names it: only somebody brings it back. */
      readonly action: 'withdrawn';
      readonly name: string;
      readonly line: number;
      readonly revokedFor: CrlReason;
    }
  | {
      /** Its certificate stays; how it is kept up changes. */
      readonly action: 'update';
      readonly name: string;
      readonly line: number;
      readonly spec: ServiceSpec;
      readonly upkeep: Upkeep;
      readonly changes: readonly string[];
      /** Its files are put in place anew. */
      readonly deploys: boolean;
    }
  | {
      /** Its certificate is good; a run before did not get it all the way to where it serves. */
      readonly action: 'deliver';
      readonly name: string;
      readonly line: number;
      readonly serial: string;
    }
  | {
      readonly action: 'keep';
      readonly name: string;
      readonly line: number;
      readonly serial: string;
      readonly notAfter: Date;
    }
  | {
      /** A file declared it once, and this one does not name it. `prune`: it is revoked and forgotten. */
      readonly action: 'orphan' | 'prune';
      readonly name: string;
      /** Of a certificate that is still good. */
      readonly serial?: string;
      readonly notAfter?: Date;
    };

export interface ApplySteps {
  /** In the order of the file, then orphans by name. */
  readonly steps: readonly ApplyStep[];
  /** Services with a certificate that no file declares: none of our business. */
  readonly byHand: number;
  /** Services that files declare, before this one. */
  readonly declaredBefore: number;
}

export interface ApplyOptions {
  readonly prune: boolean;
  /** Of services that say nothing else. */
  readonly renewal: RenewalSpec;
  /** What is left of a lifetime when `check` calls it critical. */
  readonly critical: Threshold;
}

/** What makes the manifest what the file says. Pure: the same facts give the same plan. */
export function planApply(
  targets: readonly ApplyTarget[],
  others: readonly UnlistedService[],
  { prune, renewal, critical }: ApplyOptions,
  now: Date,
): ApplySteps {
  const waits = renewalWaits(critical, now);
  const waitOf = ({ upkeep, issue, known }: ApplyTarget): RenewalWait | undefined => {
    const { window } = renewalOf({ upkeep }, renewal);
    if (window === undefined || issue.action !== 'issue' || issue.changes.length > 0) return undefined;
    return known?.certificate && waits(window, issue.reason, known.certificate);
  };
  const orphans = others.filter(({ service }) => service.upkeep?.declared);
  const declared = targets.filter(({ known }) => known?.service.upkeep?.declared);
  return {
    steps: [
      ...targets.map(target => stepOf(target, waitOf(target))),
      ...orphans.map(each => orphanStep(each, prune, now)),
    ],
    byHand: others.filter(each => !each.service.upkeep?.declared && isGood(each, now)).length,
    declaredBefore: declared.length + orphans.length,
  };
}

function stepOf({ line, upkeep, issue, known, revokedFor }: ApplyTarget, wait: RenewalWait | undefined): ApplyStep {
  const until = wait && 'until' in wait ? wait.until : undefined;
  const before = known?.service.upkeep ?? {};
  const changes = known === undefined ? [] : upkeepChanges(before, upkeep);
  const { name } = issue;
  // one that was pruned is declared no more: naming it again brings it back
  if (revokedFor !== undefined && before.declared && isWithdrawn(revokedFor)) {
    return { action: 'withdrawn', name, line, revokedFor };
  }
  if (issue.action === 'issue' && until === undefined) {
    const { spec, reason } = issue;
    const all = [...issue.changes, ...changes];
    if (known?.certificate?.keySource === 'csr') return { action: 'bring-key', name, line, spec, reason, changes: all };
    return { ...issue, line, changes: all, ...wait };
  }
  if (changes.length > 0) {
    const { spec } = known!.service;
    return { action: 'update', name, line, spec, upkeep, changes, deploys: changesFiles(before, upkeep) };
  }
  if (issue.action === 'issue') return { action: 'wait', name, line, reason: issue.reason, until: until! };
  return issue.action === 'keep' ? { ...issue, line } : { action: 'deliver', name, line, serial: issue.serial };
}

function orphanStep(unlisted: UnlistedService, prune: boolean, now: Date): ApplyStep {
  const { service, certificate } = unlisted;
  const good = isGood(unlisted, now) && certificate;
  return {
    action: prune ? 'prune' : 'orphan',
    name: service.name,
    ...(good && { serial: good.serial, notAfter: good.notAfter }),
  };
}

const isGood = ({ certificate }: UnlistedService, now: Date): boolean =>
  certificate !== undefined && certificate.state !== 'revoked' && certificate.notAfter >= now;

/** An orphan is only reported, and a key has to be brought by somebody. */
export const isChange = ({ action }: ApplyStep): boolean =>
  action === 'issue' || action === 'update' || action === 'deliver' || action === 'prune';

/** Somebody has to do something that we cannot. */
export const isStuck = ({ action }: ApplyStep): boolean => action === 'bring-key' || action === 'withdrawn';

/** A file that lost most of its services is a mistake sooner than a wish. */
export const isMassPrune = ({ steps, declaredBefore }: ApplySteps): boolean =>
  2 * steps.filter(({ action }) => action === 'prune').length > declaredBefore;
