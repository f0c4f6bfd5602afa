import { failure, SvcauthError } from '../../errors/error.ts';
import { instantText } from '../../time/instant-text.ts';
import { activeIssuer, type CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import type { Threshold } from '../../time/duration.ts';
import { activeAuthorities, drainingAuthorities } from '../../due/rules/reason.ts';
import { dueLimits } from '../../due/rules/time.ts';
import type { Certificate } from '../../record/certificate.ts';
import type { Crl } from '../../record/crl.ts';
import { planRenewals, type RenewalStep } from '../rules/plan.ts';
import { policyRefusal } from '../../policy/rules/refusal.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { parseServiceName } from '../../service/rules/name.ts';
import { requestAsRecorded, resolveSpec } from '../../policy/rules/decide-spec.ts';
import type { KnownService } from '../../store/manifest/manifest.ts';
import type { IssuedService, IssueJob, VersionSwitch } from '../../issuance/run/apply-issue.ts';
import { deployPending, type Deployed } from '../../deployment/run/deploy.ts';
import { requireDeployable } from '../../deployment/run/faults.ts';
import { jobMaker, type IssueOrder } from '../../issuance/run/issue-job.ts';
import { applyIssuePlan } from '../../issuance/run/issue.ts';
import { keptKey } from '../../issuance/run/kept-key.ts';
import type { Pki } from '../../store/open-pki.ts';
import { isEverything, isNamed, renewalTargets, type RenewalSelection } from './targets.ts';
import { applyRevoke } from '../../crl/run/revoke.ts';
import { requireDirectories } from '../../service/run/directories.ts';
import type { AskPassphrase } from '../../world/ask-passphrase.ts';
import type { NotAfterPolicy } from '../../policy/rules/not-after-policy.ts';

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

export interface RenewalPlan {
  /** What is renewed first; without the services that nothing is said of when none was asked for. */
  readonly steps: readonly PlannedRenewal[];
  readonly jobs: readonly IssueJob[];
  readonly switches: readonly VersionSwitch[];
  readonly issuer: CertifiedAuthority;
  /** Superseded certificates whose overlap is over. */
  readonly outlived: readonly Certificate[];
}

export interface RenewalResult {
  readonly issued: readonly IssuedService[];
  /** Also what an earlier run left pending. */
  readonly deployed: readonly Deployed[];
  /** What says that outlived certificates are revoked. */
  readonly crls: readonly Crl[];
}

export const hasWork = ({ jobs, switches, outlived }: RenewalPlan): boolean =>
  jobs.length + switches.length + outlived.length > 0;

/** Whether a run would do something, or would have to say that it cannot. */
export const isDue = (plan: RenewalPlan): boolean =>
  hasWork(plan) || plan.steps.some(({ refusal }) => refusal !== undefined);

/**
 * Decides what to renew and touches nothing. One service that cannot be renewed stands in no other's way. Throws ERR_SERVICE_UNKNOWN,
 * and ERR_NO_ISSUER and its kin when nothing could be signed at all.
 */
export async function planRenewal(pki: Pki, policy: Policy, request: RenewalRequest): Promise<RenewalPlan> {
  const { world, manifest, home } = pki;
  const authorities = manifest.authorities();
  const issuer = activeIssuer(authorities, world.now);
  const about = { id: issuer.id, notAfter: issuer.certificate.notAfter };
  const limits = dueLimits(request.threshold ?? policy.renewal.threshold);
  const targets = renewalTargets(pki, request, { at: world.now, issuer: about, limits });
  const options = {
    ...request,
    issuer: about,
    draining: drainingAuthorities(authorities),
    active: activeAuthorities(authorities),
    renewal: policy.renewal,
    critical: policy.check.leafCritical,
  };
  const targetOf = new Map(targets.map(target => [target.service.name, target]));
  const jobOf = jobMaker(issuer, authorities, policy, request.notAfterPolicy, world.now);
  const jobs: IssueJob[] = [];
  const switches: VersionSwitch[] = [];
  const steps: PlannedRenewal[] = [];
  // also what waits for its renewal, or cannot have it, is served
  const deliver = ({ action, service, serial }: RenewalStep): void => {
    const { delivery, certificate, service: known } = targetOf.get(service)!;
    const isPending = certificate?.state === 'current' && delivery?.state === 'pending';
    if (serial === undefined || (action !== 'deliver' && !isPending)) return;
    switches.push({ service, serial, directory: known.spec.out ?? home.service(service), isNew: false });
  };
  for (const step of planRenewals(targets, options, world.now)) {
    const target = targetOf.get(step.service)!;
    const directory = target.service.spec.out ?? home.service(step.service);
    try {
      if (step.action === 'leave') refuseToRenew(step, isNamed(request, target));
      // who asked for nothing in particular hears of what happens, and of what ought to
      if (isEverything(request) && (step.action === 'keep' || step.action === 'leave')) continue;
      if (step.action === 'renew') jobs.push(jobOf(await orderOf(pki, policy, request, target, directory)));
      else deliver(step);
      steps.push(step);
    } catch (refusal) {
      if (!(refusal instanceof SvcauthError)) throw refusal;
      deliver(step);
      steps.push({ ...step, refusal });
    }
  }
  const keysHere = new Set(authorities.flatMap(({ id, keyLocation }) => (keyLocation === 'file' ? [id] : [])));
  const outlived = manifest
    .certificatesPastOverlap(world.now, policy.renewal.overlap)
    .filter(
      ({ service, authorityId }) => keysHere.has(authorityId) && (isEverything(request) || targetOf.has(service)),
    );
  return { steps, jobs, switches, issuer, outlived };
}

/** A service that was taken out of service is nobody's task, unless it was asked for itself. */
function refuseToRenew(step: Extract<RenewalStep, { action: 'leave' }>, named: boolean): void {
  const { service, because, notAfter, revokedFor } = step;
  if (because === 'csr') throw failure('ERR_RENEW_CSR', { service });
  if (because === 'expired') throw failure('ERR_RENEW_EXPIRED', { service, notAfter: instantText(notAfter!) });
  if (named) throw failure('ERR_RENEW_REVOKED', { service, reason: revokedFor! });
}

/** The same certificate again. Throws what policy, directory and deployment have against it. */
async function orderOf(
  pki: Pki,
  policy: Policy,
  { reuseKey }: RenewalRequest,
  live: Omit<KnownService, 'certificate'> & { readonly certificate?: Omit<Certificate, 'der'> },
  directory: string,
): Promise<IssueOrder> {
  const { name, spec } = live.service;
  const { certificate } = live;
  const request = requestAsRecorded(parseServiceName(name), spec);
  const { violations } = resolveSpec(policy, request, spec.out);
  if (violations.length > 0) throw policyRefusal(policy, violations);
  requireDirectories(pki, [{ service: name, directory, currentSerial: certificate?.serial }], false);
  const { upkeep } = live.service;
  await requireDeployable(pki, policy, { service: name, directory, upkeep, keyIsAway: false });
  const [known] = reuseKey ? pki.manifest.servicesNamed([name]) : [];
  return {
    service: name,
    spec,
    key: known === undefined ? { source: 'generated' } : await keptKey(pki, known, directory),
    directory,
    isNew: false,
    ...(certificate?.state === 'current' && { supersedes: certificate.serial }),
  };
}

/** Carries a plan out, under the lock that was held when it was made. The CA's key is asked for only when there is something to sign. */
export async function applyRenewal(
  pki: Pki,
  policy: Policy,
  plan: RenewalPlan,
  ask: AskPassphrase,
  progress: (count: number) => void,
): Promise<RenewalResult> {
  const issued = await applyIssuePlan(pki, policy, plan, ask, progress);
  const names = new Set([...plan.switches, ...issued].map(({ service }) => service));
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
