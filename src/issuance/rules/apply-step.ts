// Answers: what makes the manifest equal to a services file, and what does the file no longer name? `apply` calls it with the plan
// of its certificates; the steps beside those (update, orphan, prune) are decided here. It issues and revokes nothing.

import type { IssueReason } from '../../due/rules/reason.ts';
import type { CrlReason } from '../../pki/crl/revocation-reason.ts';
import type { Certificate } from '../../record/certificate.ts';
import type { Service, ServiceSpec } from '../../record/service.ts';
import type { Upkeep } from '../../record/upkeep.ts';
import { changesFiles, upkeepChanges } from '../../service/rules/upkeep-change.ts';
import type { IssuanceFacts } from './facts.ts';
import { supersedes, type Planned } from './planned.ts';

/** A service that the file does not name. */
export interface UnlistedService {
  readonly service: Service;
  readonly certificate?: Pick<Certificate, 'serial' | 'state' | 'notAfter'>;
}

export type ApplyStep =
  | {
      readonly action: 'issue';
      readonly service: string;
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
      readonly service: string;
      readonly line: number;
      readonly reason: IssueReason;
      readonly until: Date;
    }
  | {
      /** It would be issued, and its key is on a host of its own: somebody must bring a request. */
      readonly action: 'csr-needed';
      readonly service: string;
      readonly line: number;
      readonly spec: ServiceSpec;
      readonly reason: IssueReason;
      readonly changes: readonly string[];
    }
  | {
      /** Somebody took it out of service although the file names it: only somebody brings it back. */
      readonly action: 'withdrawn';
      readonly service: string;
      readonly line: number;
      readonly revokedFor: CrlReason;
    }
  | {
      /** Its certificate stays; how it is kept up changes. */
      readonly action: 'update';
      readonly service: string;
      readonly line: number;
      readonly spec: ServiceSpec;
      readonly upkeep: Upkeep;
      readonly changes: readonly string[];
      /** Its files are put in place anew. */
      readonly deploys: boolean;
    }
  | {
      /** Its certificate is good; a run before did not get it all the way to where it serves. */
      readonly action: 'deploy';
      readonly service: string;
      readonly line: number;
      readonly serial: string;
    }
  | {
      readonly action: 'keep';
      readonly service: string;
      readonly line: number;
      readonly serial: string;
      readonly notAfter: Date;
    }
  | {
      /** A file declared it once, and this one does not name it. `prune`: it is revoked and forgotten. */
      readonly action: 'orphan' | 'prune';
      readonly service: string;
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

/** Plans the steps of a services file from the plan of its certificates. Pure: the same facts give the same steps. */
export function planApply(
  planned: readonly Planned[],
  { services }: Pick<IssuanceFacts, 'services'>,
  others: readonly UnlistedService[],
  { prune }: { readonly prune: boolean },
  now: Date,
): ApplySteps {
  const recorded = ({ service }: Planned): Service | undefined => services.get(service)?.known?.service;
  const orphans = others.filter(({ service }) => service.upkeep?.declared);
  const declared = planned.filter(each => recorded(each)?.upkeep?.declared);
  return {
    steps: [...planned.map(each => stepOf(each, recorded(each))), ...orphans.map(each => orphanStep(each, prune, now))],
    byHand: others.filter(each => !each.service.upkeep?.declared && isGood(each, now)).length,
    declaredBefore: declared.length + orphans.length,
  };
}

function stepOf(planned: Planned, recorded: Service | undefined): ApplyStep {
  const { service, spec, requested } = planned;
  const { line = 0, upkeep = {} } = requested;
  const before = recorded?.upkeep ?? {};
  const changes = recorded === undefined ? [] : upkeepChanges(before, upkeep);
  if (planned.action === 'leave' && planned.because === 'revoked') {
    return { action: 'withdrawn', service, line, revokedFor: planned.revokedFor! };
  }
  if (planned.action === 'leave') {
    const { reason } = planned;
    return { action: 'csr-needed', service, line, spec, reason, changes: [...planned.changes, ...changes] };
  }
  if (planned.action === 'issue') {
    const { reason, tooLate } = planned;
    const serial = supersedes(planned);
    return {
      ...{ action: 'issue', service, spec, reason, changes: [...planned.changes, ...changes] },
      ...(serial !== undefined && { supersedes: serial }),
      ...{ line, ...(tooLate && { tooLate }) },
    };
  }
  if (changes.length > 0) {
    const { spec: kept } = recorded!;
    return { action: 'update', service, line, spec: kept, upkeep, changes, deploys: changesFiles(before, upkeep) };
  }
  if (planned.action === 'wait') {
    return { action: 'wait', service, line, reason: planned.reason, until: planned.until };
  }
  const { serial, notAfter } = planned.current!;
  return planned.action === 'keep'
    ? { action: 'keep', service, serial, notAfter, line }
    : { action: 'deploy', service, line, serial };
}

function orphanStep(unlisted: UnlistedService, prune: boolean, now: Date): ApplyStep {
  const { service, certificate } = unlisted;
  const good = isGood(unlisted, now) && certificate;
  return {
    action: prune ? 'prune' : 'orphan',
    service: service.name,
    ...(good && { serial: good.serial, notAfter: good.notAfter }),
  };
}

const isGood = ({ certificate }: UnlistedService, now: Date): boolean =>
  certificate !== undefined && certificate.state !== 'revoked' && certificate.notAfter >= now;

/** An orphan is only reported, and a key has to be brought by somebody. */
export const isChange = ({ action }: ApplyStep): boolean =>
  action === 'issue' || action === 'update' || action === 'deploy' || action === 'prune';

/** Somebody has to do something that we cannot. */
export const isStuck = ({ action }: ApplyStep): boolean => action === 'csr-needed' || action === 'withdrawn';

/** A file that lost most of its services is a mistake sooner than a wish. */
export const isMassPrune = ({ steps, declaredBefore }: ApplySteps): boolean =>
  2 * steps.filter(({ action }) => action === 'prune').length > declaredBefore;
