// Answers: what is renewed now, and how? Called by `renew`, `due` and `tick`. It reads what is due, has it planned and carries the
// plan out service by service: one that cannot be renewed is refused alone. Overlaps that are over end here, too.

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
import type { Pki } from '../../store/open-pki.ts';
import type { AskPassphrase } from '../../world/ask-passphrase.ts';
import { planRenewals, renewalStep, type RenewalStep } from '../rules/plan.ts';
import { isEverything, isNamed, renewalTargets, type RenewalSelection } from './targets.ts';

export interface RenewalRequest extends RenewalSelection {
  /** Also what is not due. */
  readonly force: boolean;
  /** Instead of the policy's and the services' own. */
  readonly threshold?: Threshold;
  /** Certify the key that is there once more. */
  readonly reuseKey: boolean;
  /** In seconds: leave alone what expired longer ago. */
  readonly allowExpired?: number;
  readonly max?: number;
  readonly notAfterPolicy?: NotAfterPolicy;
}

/** What a timer asks for, without a wish of its own. */
export const WHATEVER_IS_DUE: RenewalRequest = { selectors: [], tags: {}, force: false, reuseKey: false };

/** A step, or why it cannot be taken: then somebody has to do something. */
export type PlannedRenewal = RenewalStep & { readonly refusal?: SvcauthError };

export interface RenewalPlan extends IssuancePlan {
  /** What is renewed first; without the services that nothing is said of when none was asked for. */
  readonly steps: readonly PlannedRenewal[];
  /** Superseded certificates whose overlap is over. */
  readonly outlived: readonly Certificate[];
}

export interface RenewalResult {
  readonly issued: readonly Issued[];
  /** Also what an earlier run left pending. */
  readonly deployed: readonly Deployed[];
  /** What says that outlived certificates are revoked. */
  readonly crls: readonly Crl[];
}

export const hasWork = ({ planned, outlived }: RenewalPlan): boolean =>
  toIssue(planned).length + toDeploy(planned).length + outlived.length > 0;

/** Whether a run would do something, or would have to say that it cannot. */
export const isDue = (plan: RenewalPlan): boolean =>
  hasWork(plan) || plan.steps.some(({ refusal }) => refusal !== undefined);

/**
 * Decides what to renew and touches nothing. One service that cannot be renewed stands in no other's way. Throws ERR_SERVICE_UNKNOWN,
 * and ERR_NO_ISSUER and its kin when nothing could be signed at all.
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
    // a run for everything reports what happens and what ought to
    if (everything && refusal === undefined && (each.action === 'keep' || each.action === 'leave')) continue;
    planned.push({ ...decided, ...(refusal && { refusal }) });
  }
  const steps = planned.map(each => ({ ...renewalStep(each), ...(each.refusal && { refusal: each.refusal }) }));
  const keysHere = new Set(authorities.flatMap(({ id, keyLocation }) => (keyLocation === 'file' ? [id] : [])));
  const outlived = manifest
    .certificatesPastOverlap(world.now, policy.renewal.overlap)
    .filter(({ service, authorityId }) => keysHere.has(authorityId) && (everything || targets.has(service)));
  return { steps, planned, issuer, outlived };
}

/** Refuses what is due and not renewed here. A service that was taken out of service is refused only where it was asked for itself. */
function refusalOfLeft(planned: Planned, named: boolean): SvcauthError | undefined {
  if (planned.action !== 'leave') return undefined;
  const { service, because, current, revokedFor } = planned;
  if (because === 'csr') return failure('ERR_RENEW_CSR', { service });
  if (because === 'expired') return failure('ERR_RENEW_EXPIRED', { service, notAfter: instantText(current!.notAfter) });
  return named ? failure('ERR_RENEW_REVOKED', { service, reason: revokedFor! }) : undefined;
}

/** Finds what policy, directory and deployment have against a renewal, and the key it certifies. */
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

/** Carries a plan out, under the lock that was held when it was made. The CA's key is asked for only when there is something to sign. */
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

/** Ends the overlap of what was replaced long enough ago: recorded together, and each CA signs one CRL. */
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
