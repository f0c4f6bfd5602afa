// Applies a services file: plans all services, refuses all or none, then issues, updates, prunes and deploys.
// The `apply` command calls it. The planner decides about each certificate.

import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import type { Crl } from '../../record/crl.ts';
import { planRevoke, type RevokePlan } from '../../crl/rules/plan-revoke.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { deployPending, type Deployed } from '../../deployment/run/deploy.ts';
import { publishAndReload } from '../../deployment/run/publish-and-reload.ts';
import type { TrustSpread } from '../../record/trust-spread.ts';
import { loadPolicy } from '../../policy/run/load.ts';
import { changePki, readPki, type Pki } from '../../store/open-pki.ts';
import { applyRevoke } from '../../crl/run/revoke.ts';
import type { AskPassphrase } from '../../world/ask-passphrase.ts';
import type { NotAfterPolicy } from '../../policy/rules/not-after-policy.ts';
import { isMassPrune, planApply, type ApplySteps } from '../rules/apply-step.ts';
import type { Issued } from '../rules/issued.ts';
import { toIssue } from '../rules/planned.ts';
import type { Requested } from '../rules/requested.ts';
import { issueCertificates, pendingDeployments } from './issue.ts';
import { planIssuance, requirePossible, type IssuancePlan } from './plan.ts';
import { readServicesFile } from './read-requested.ts';

export interface ApplyRequest {
  /** Path of the services file; `-` is standard input. */
  readonly path: string;
  /** Revoke and release services that the file no longer declares. */
  readonly prune: boolean;
  /** Allow `prune` for more than half of the declared services. */
  readonly allowMassPrune: boolean;
  /** Overrides the policy. */
  readonly notAfterPolicy?: NotAfterPolicy;
  readonly dryRun: boolean;
  readonly ask: AskPassphrase;
  /** Starts a display of `total` certificates. */
  readonly progress: (total: number) => { advance(count: number): void; end(): void };
}

/** Plan of a run, complete before anything is changed. */
interface ApplyPlan extends ApplySteps {
  readonly certificates: IssuancePlan;
  /** Revocations of pruned services; absent without any. */
  readonly revocations?: RevokePlan;
}

export interface ApplyOutcome extends ApplySteps {
  readonly path: string;
  readonly dryRun: boolean;
  /** Empty in a dry run, as are the CRLs. */
  readonly issued: readonly Issued[];
  /** Deployments of this run, and those that an earlier run left pending. */
  readonly deployed: readonly Deployed[];
  /** CRLs that list the pruned certificates. */
  readonly crls: readonly Crl[];
  /** Absent if no CRL was signed. */
  readonly spread?: TrustSpread;
}

/**
 * Applies a services file, or plans that with `dryRun`. It reads the whole file before it takes the lock, and it plans everything
 * before it changes anything.
 */
export async function applyRun(
  world: World,
  homeFlag: string | undefined,
  request: ApplyRequest,
): Promise<ApplyOutcome> {
  const requests = await readServicesFile(world, request.path);
  const { path, dryRun } = request;
  if (dryRun) {
    return readPki(world, homeFlag, async pki => {
      const { steps, byHand, declaredBefore } = await planApplyRun(pki, await loadPolicy(pki), requests, request);
      return { path, dryRun, steps, byHand, declaredBefore, issued: [], deployed: [], crls: [] };
    });
  }
  return changePki(world, homeFlag, 'apply', async pki => {
    const policy = await loadPolicy(pki);
    const { certificates, revocations, ...plan } = await planApplyRun(pki, policy, requests, request);
    const progress = request.progress(toIssue(certificates.planned).length);
    try {
      const issued = await issueCertificates(pki, policy, certificates, request.ask, count => progress.advance(count));
      update(pki, plan);
      const crls = revocations === undefined ? [] : await applyRevoke(pki, policy, revocations, PRUNED, request.ask);
      release(pki, plan);
      const deployed = await deployPending(pki, policy);
      const spread = crls.length === 0 ? {} : { spread: await publishAndReload(pki, policy) };
      return { ...plan, path, dryRun, issued, deployed, crls, ...spread };
    } finally {
      progress.end();
    }
  });
}

const PRUNED = { reason: 'cessationOfOperation' } as const;

/** Plans a run. Throws the refusals of policy, issuer, names and deployments, and ERR_PRUNE_MASS. */
async function planApplyRun(
  pki: Pki,
  policy: Policy,
  requests: readonly Requested[],
  { path, prune, allowMassPrune, notAfterPolicy }: Omit<ApplyRequest, 'dryRun' | 'ask' | 'progress'>,
): Promise<ApplyPlan> {
  const { manifest, world } = pki;
  const options = { force: false, ...(notAfterPolicy !== undefined && { notAfterPolicy }) };
  const { facts, ...certificates } = planIssuance(pki, policy, requests, options);
  const { planned } = certificates;
  const others = manifest.liveServices().filter(({ service }) => !facts.services.has(service.name));
  const plan = planApply(planned, facts, others, { prune }, world.now);
  if (!allowMassPrune && isMassPrune(plan)) throw massPrune(plan, path);
  const changed = planned.filter((_, index) => ['issue', 'update'].includes(plan.steps[index]!.action));
  await requirePossible(pki, policy, planned, changed);
  const revocations = revocationsOf(pki, plan);
  return { ...plan, certificates, ...(revocations && { revocations }) };
}

function massPrune({ steps, declaredBefore }: ApplySteps, path: string) {
  const names = steps.flatMap(({ action, service }) => (action === 'prune' ? [service] : []));
  return failure('ERR_PRUNE_MASS', { path, names, declared: declaredBefore });
}

/** Plans to revoke every certificate of pruned services that has not expired, including replaced ones. */
function revocationsOf({ manifest, world: { now } }: Pki, { steps }: ApplySteps): RevokePlan | undefined {
  const selectors = steps
    .flatMap(({ action, service }) => (action === 'prune' ? [service] : []))
    .filter(service => manifest.certificatesOfService(service).some(({ notAfter }) => notAfter >= now));
  return selectors.length === 0 ? undefined : planRevoke(manifest, { selectors, which: 'all', ...PRUNED }, now);
}

/** Records new settings of services that keep their certificate. */
function update({ manifest, world }: Pki, { steps }: ApplySteps): void {
  const updates = steps.flatMap(step => (step.action === 'update' ? [step] : []));
  if (updates.length === 0) return;
  const redeployed = updates.flatMap(({ service, deploys }) => (deploys && manifest.deployment(service)) || []);
  manifest.transaction(write => {
    write.putServices(updates.map(({ service: name, spec, upkeep }) => ({ name, spec, upkeep })));
    write.setDeployments(pendingDeployments(redeployed, world.now));
    for (const { service, changes } of updates)
      write.audit('service.updated', service, { changes: changes.join('; ') });
  });
}

/** Releases pruned services. It is the last step: after an interruption, the next run prunes them again. */
function release({ manifest }: Pki, { steps }: ApplySteps): void {
  const pruned = steps.flatMap(({ action, service }) => (action === 'prune' ? (manifest.service(service) ?? []) : []));
  if (pruned.length === 0) return;
  manifest.transaction(write => {
    // another service may use its outputs from now on
    write.putServices(pruned.map(({ name, spec }) => ({ name, spec, upkeep: {} })));
    for (const { name } of pruned) write.audit('service.released', name, {});
  });
}
