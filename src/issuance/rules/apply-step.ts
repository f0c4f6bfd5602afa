// Decides the steps of `apply`: those that the plan of its certificates leads to, and besides them update, orphan and prune.
// It issues and revokes nothing.

import type { IssueReason } from '../../due/rules/reason.ts';
import type { CrlReason } from '../../pki/crl/revocation-reason.ts';
import type { Certificate } from '../../record/certificate.ts';
import type { Service, ServiceSpec } from '../../record/service.ts';
import type { Upkeep } from '../../record/upkeep.ts';
import { changesFiles, upkeepChanges } from '../../service/rules/upkeep-change.ts';
import type { IssuanceFacts } from './facts.ts';
import { supersedes, type Planned } from './planned.ts';

/** A service that the file does not list. */
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
      /** Opening of its renewal window, which is too late. */
      readonly tooLate?: Date;
    }
  | {
      /** The certificate is due, but its window is closed. */
      readonly action: 'wait';
      readonly service: string;
      readonly line: number;
      readonly reason: IssueReason;
      readonly until: Date;
    }
  | {
      /** A certificate is needed, but its key is on another host: the operator must supply a CSR. */
      readonly action: 'csr-needed';
      readonly service: string;
      readonly line: number;
      readonly spec: ServiceSpec;
      readonly reason: IssueReason;
      readonly changes: readonly string[];
    }
  | {
      /** Its certificate was revoked for a reason that ends the service: only `issue` puts it back into service. */
      readonly action: 'withdrawn';
      readonly service: string;
      readonly line: number;
      readonly revokedFor: CrlReason;
    }
  | {
      /** Renewal or deployment settings change; the certificate stays. */
      readonly action: 'update';
      readonly service: string;
      readonly line: number;
      readonly spec: ServiceSpec;
      readonly upkeep: Upkeep;
      readonly changes: readonly string[];
      /** The files are written again. */
      readonly deploys: boolean;
    }
  | {
      /** The certificate is good, but an earlier run did not complete its deployment. */
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
      /** An earlier file declared the service and this file does not list it. `prune`: it is revoked and released. */
      readonly action: 'orphan' | 'prune';
      readonly service: string;
      /** Serial number of a certificate that is still valid. */
      readonly serial?: string;
      readonly notAfter?: Date;
    };

export interface ApplySteps {
  /** Steps in the order of the file, then orphans by name. */
  readonly steps: readonly ApplyStep[];
  /** Number of services with a valid certificate that no file declares; `apply` does not change them. */
  readonly byHand: number;
  /** Number of services that files declared before this run. */
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

/** Detects a step that changes something: an orphan is only reported, and a CSR comes from the operator. */
export const isChange = ({ action }: ApplyStep): boolean =>
  action === 'issue' || action === 'update' || action === 'deploy' || action === 'prune';

/** Detects a step that needs work of the operator. */
export const isStuck = ({ action }: ApplyStep): boolean => action === 'csr-needed' || action === 'withdrawn';

/** Detects a prune of more than half of the declared services, which is probably a mistake in the file. */
export const isMassPrune = ({ steps, declaredBefore }: ApplySteps): boolean =>
  2 * steps.filter(({ action }) => action === 'prune').length > declaredBefore;
