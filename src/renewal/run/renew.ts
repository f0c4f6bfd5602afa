// Plans and carries out a renewal. `renew`, `due` and `tick` call it. A service that cannot be renewed does not block the others.
// It also revokes replaced certificates whose overlap ended.

import { failure, SvcauthError } from '../../errors/error.ts';
import { instantText } from '../../time/instant-text.ts';
import type { Threshold } from '../../time/duration.ts';
import { dueLimits } from '../../due/rules/time.ts';
import type { Certificate } from '../../record/certificate.ts';
import type { Crl } from '../../record/crl.ts';
import { applyRevoke } from '../../crl/run/revoke.ts';
import { deployPending, type Deployed } from '../../deployment/run/deploy.ts';
import { requireDeployable } from '../../deployment/run/faults.ts';
import type { Issued } from '../../issuance/rules/issued.ts';
import { toDeploy, toIssue, type Planned, type PlannedCertificate } from '../../issuance/rules/planned.ts';
import { issueCertificates } from '../../issuance/run/issue.ts';
import { keptKey } from '../../issuance/run/kept-key.ts';
import type { IssuancePlan } from '../../issuance/run/plan.ts';
import { readIssuer } from '../../issuance/run/read-facts.ts';
import { requestAgain } from '../../issuance/run/read-requested.ts';
import type { NotAfterPolicy } from '../../policy/rules/not-after-policy.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { policyRefusal } from '../../policy/rules/refusal.ts';
import { directoryFaults } from '../../service/run/directories.ts';
import { clockOf } from '../../store/clock.ts';
import type { Pki } from '../../store/open-pki.ts';
import type { AskPassphrase } from '../../world/ask-passphrase.ts';
import { planRenewals, renewalStep, type RenewalStep } from '../rules/plan.ts';
import { isEverything, isNamed, renewalTargets, type RenewalSelection } from './targets.ts';

export interface RenewalRequest extends RenewalSelection {
  /** Also renew services that are not due. */
  readonly force: boolean;
  /** Overrides the policy and the services. */
  readonly threshold?: Threshold;
  /** Issue for the current key instead of a new one. */
  readonly reuseKey: boolean;
  /** Seconds since the expiry after which a service is skipped. */
  readonly allowExpired?: number;
  readonly max?: number;
  readonly notAfterPolicy?: NotAfterPolicy;
}

/** Request of a scheduled run: all services that are due. */
export const WHATEVER_IS_DUE: RenewalRequest = { selectors: [], tags: {}, force: false, reuseKey: false };

/** A step, with its refusal if the operator has to fix something first. */
export type PlannedRenewal = RenewalStep & { readonly refusal?: SvcauthError };

export interface RenewalPlan extends IssuancePlan {
  /** Certificates to renew first. A run without selectors omits services that need no report. */
  readonly steps: readonly PlannedRenewal[];
  /** Superseded certificates whose overlap ended. */
  readonly outlived: readonly Certificate[];
}

export interface RenewalResult {
  readonly issued: readonly Issued[];
  /** Deployments of this run, and those of these services that were pending. */
  readonly deployed: readonly Deployed[];
  /** CRLs that list the outlived certificates. */
  readonly crls: readonly Crl[];
}

/** Detects a plan that changes something. */
export const hasWork = ({ planned, outlived }: RenewalPlan): boolean =>
  toIssue(planned).length + toDeploy(planned).length + outlived.length > 0;

/** Detects a plan that changes something or has a refusal. */
export const isDue = (plan: RenewalPlan): boolean =>
  hasWork(plan) || plan.steps.some(({ refusal }) => refusal !== undefined);

/**
 * Plans a renewal and changes nothing. A service that cannot be renewed does not block the others. Throws ERR_SERVICE_UNKNOWN, and
 * ERR_NO_ISSUER or ERR_ISSUER_* if no certificate could be issued at all.
 */
export async function planRenewal(pki: Pki, policy: Policy, request: RenewalRequest): Promise<RenewalPlan> {
  const { world, manifest } = pki;
  const { issuer, authorities, shared } = readIssuer(pki, policy);
  const limits = dueLimits(request.threshold ?? policy.renewal.threshold);
  const question = { at: world.now, issuer: shared.issuer, limits };
  const targets = new Map(renewalTargets(pki, request, question).map(each => [each.known.service.name, each]));
  const everything = isEverything(request);
  const planned: Planned[] = [];
  const requests = [...targets.keys()].map(requestAgain);
  for (const each of planRenewals(requests, { ...shared, services: targets }, request, world.now)) {
    const decided = each.action === 'issue' ? await prepare(pki, policy, each, request.reuseKey) : each;
    const named = each.action === 'leave' && isNamed(request, targets.get(each.service)!.known);
    const refusal = decided.refusal ?? refusalOfLeft(each, named);
    // a run without selectors reports only changes and refusals
    if (everything && refusal === undefined && (each.action === 'keep' || each.action === 'leave')) continue;
    planned.push({ ...decided, ...(refusal && { refusal }) });
  }
  const steps = planned.map(each => ({ ...renewalStep(each), ...(each.refusal && { refusal: each.refusal }) }));
  const keysHere = new Set(authorities.flatMap(({ id, keyLocation }) => (keyLocation === 'file' ? [id] : [])));
  // a revocation cannot be taken back: after a jump ahead, an overlap ends by the earlier clock
  const outlived = manifest
    .certificatesPastOverlap(clockOf(pki).span.from, policy.renewal.overlap)
    .filter(({ service, authorityId }) => keysHere.has(authorityId) && (everything || targets.has(service)));
  return { steps, planned, issuer, outlived };
}

/** Refuses a service that is due but skipped. A service that a revocation ended is refused only if it was named. */
function refusalOfLeft(planned: Planned, named: boolean): SvcauthError | undefined {
  if (planned.action !== 'leave') return undefined;
  const { service, because, current, revokedFor } = planned;
  if (because === 'csr') return failure('ERR_RENEW_CSR', { service });
  if (because === 'expired') return failure('ERR_RENEW_EXPIRED', { service, notAfter: instantText(current!.notAfter) });
  return named ? failure('ERR_RENEW_REVOKED', { service, reason: revokedFor! }) : undefined;
}

/** Adds to a planned renewal its refusal by policy, directory or deployment, and its key. */
async function prepare(
  pki: Pki,
  policy: Policy,
  planned: PlannedCertificate,
  reuseKey: boolean,
): Promise<PlannedCertificate> {
  const { service, directory, upkeep, violations, current } = planned;
  if (violations.length > 0) return { ...planned, refusal: policyRefusal(policy, violations) };
  const fault = directoryFaults(pki, [{ service, directory, currentSerial: current?.serial }], false).get(service);
  if (fault !== undefined) return { ...planned, refusal: fault };
  try {
    await requireDeployable(pki, policy, { service, directory, upkeep, keyIsAway: false });
    const [known] = reuseKey ? pki.manifest.servicesNamed([service]) : [];
    const key = known === undefined ? planned.key : await keptKey(pki, known, directory);
    return { ...planned, key };
  } catch (cause) {
    if (!(cause instanceof SvcauthError)) throw cause;
    return { ...planned, refusal: cause };
  }
}

/** Carries a plan out, under the same lock as its planning. It unlocks the key of the CA only if there is something to sign. */
export async function applyRenewal(
  pki: Pki,
  policy: Policy,
  plan: RenewalPlan,
  ask: AskPassphrase,
  progress: (count: number) => void,
): Promise<RenewalResult> {
  const issued = await issueCertificates(pki, policy, plan, ask, progress);
  const names = new Set([...toDeploy(plan.planned), ...issued].map(({ service }) => service));
  const deployed = await deployPending(pki, policy, names);
  return { issued, deployed, crls: await revokeOutlived(pki, policy, plan.outlived, ask) };
}

/** Revokes the certificates whose overlap ended, in one transaction; each CA signs one CRL. */
async function revokeOutlived(
  pki: Pki,
  policy: Policy,
  outlived: readonly Certificate[],
  ask: AskPassphrase,
): Promise<readonly Crl[]> {
  if (outlived.length === 0) return [];
  const steps = outlived.map(certificate => ({ action: 'revoke', certificate }) as const);
  return applyRevoke(pki, policy, { steps, stillValid: [] }, { reason: 'superseded' }, ask);
}
