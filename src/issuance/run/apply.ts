import { dirname, resolve } from 'node:path';
import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import { activeIssuer } from '../../ca/rules/active-issuer.ts';
import { activeAuthorities, drainingAuthorities } from '../../due/rules/reason.ts';
import type { ListedService } from '../../service/rules/listed.ts';
import type { Crl } from '../../record/crl.ts';
import { isMassPrune, planApply, type ApplySteps } from '../rules/plan-apply.ts';
import { planIssue, type IssueStep } from '../rules/plan-issue.ts';
import { planRevoke, type RevokePlan } from '../../crl/rules/plan-revoke.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { parseServiceList } from '../../service/rules/list.ts';
import { pendingDeliveries, type IssuedService } from './apply-issue.ts';
import { deployPending, type Deployed } from '../../deployment/run/deploy.ts';
import { requireDeployments } from '../../deployment/run/faults.ts';
import { filesState } from './files-state.ts';
import { applyIssuePlan, type IssueWorks } from './issue.ts';
import { jobMaker } from './issue-job.ts';
import { resolveWork, type Candidate, deploymentWanted } from './issue-work.ts';
import { loadPolicy } from '../../policy/run/load.ts';
import { changePki, readPki, type Pki } from '../../store/open-pki.ts';
import { readInput } from '../../store/input/read-input.ts';
import { applyRevoke } from '../../crl/run/revoke.ts';
import { requireDirectories } from '../../service/run/directories.ts';
import type { AskPassphrase } from '../../world/ask-passphrase.ts';
import type { NotAfterPolicy } from '../../policy/rules/not-after-policy.ts';

export interface ApplyRequest {
  /** The services file; `-` is standard input. */
  readonly path: string;
  /** Revoke and forget what the file does not declare any more. */
  readonly prune: boolean;
  /** Even when that is most of what was declared. */
  readonly allowMassPrune: boolean;
  /** Instead of the policy's. */
  readonly notAfterPolicy?: NotAfterPolicy;
  readonly dryRun: boolean;
  readonly ask: AskPassphrase;
  /** Starts a display of `total` certificates. */
  readonly progress: (total: number) => { advance(count: number): void; end(): void };
}

/** What a run would do, decided completely before anything is touched. */
interface ApplyPlan extends ApplySteps {
  readonly works: IssueWorks;
  /** The certificates of what is pruned; absent when nothing is. */
  readonly revocations?: RevokePlan;
}

export interface ApplyOutcome extends ApplySteps {
  readonly path: string;
  readonly dryRun: boolean;
  /** Empty in a dry run, as are the CRLs. */
  readonly issued: readonly IssuedService[];
  /** Also what an earlier run left pending. */
  readonly deployed: readonly Deployed[];
  /** Those that say what was pruned. */
  readonly crls: readonly Crl[];
}

const LIMIT = 64 * 1024 * 1024;

/**
 * Makes the manifest what a services file says, or says what that would take. The file is read whole before the lock is taken, and
 * everything is decided before anything is changed.
 */
export async function applyRun(
  world: World,
  homeFlag: string | undefined,
  request: ApplyRequest,
): Promise<ApplyOutcome> {
  const listed = await readServicesFile(world, request.path);
  const { path, dryRun } = request;
  if (dryRun) {
    return readPki(world, homeFlag, async pki => {
      const { steps, byHand, declaredBefore } = await planApplyRun(pki, await loadPolicy(pki), listed, request);
      return { path, dryRun, steps, byHand, declaredBefore, issued: [], deployed: [], crls: [] };
    });
  }
  return changePki(world, homeFlag, 'apply', async pki => {
    const policy = await loadPolicy(pki);
    const { works, revocations, ...plan } = await planApplyRun(pki, policy, listed, request);
    const progress = request.progress(works.jobs.length);
    try {
      const issued = await applyIssuePlan(pki, policy, works, request.ask, count => progress.advance(count));
      update(pki, plan);
      const crls = revocations === undefined ? [] : await applyRevoke(pki, policy, revocations, PRUNED, request.ask);
      release(pki, plan);
      return { ...plan, path, dryRun, issued, deployed: await deployPending(pki, policy), crls };
    } finally {
      progress.end();
    }
  });
}

async function readServicesFile(world: World, path: string): Promise<readonly ListedService[]> {
  const bytes = await readInput(world, path, 'the services file', LIMIT);
  const directory = path === '-' ? world.cwd : dirname(resolve(world.cwd, path));
  return parseServiceList(bytes, { path, directory, format: 'yaml', purpose: 'everything' });
}

const PRUNED = { reason: 'cessationOfOperation' } as const;

/** Throws what policy, issuer, names and deployments have against any of it, and ERR_PRUNE_MASS. */
async function planApplyRun(
  pki: Pki,
  policy: Policy,
  listed: readonly ListedService[],
  request: Pick<ApplyRequest, 'path' | 'prune' | 'allowMassPrune' | 'notAfterPolicy'>,
): Promise<ApplyPlan> {
  const { world, manifest } = pki;
  const authorities = manifest.authorities();
  const issuer = activeIssuer(authorities, world.now);
  const candidates = resolveWork(pki, policy, listed.map(workOf));
  requireDirectories(pki, candidates, false);
  const issueSteps = planIssue(
    candidates.map(candidate => targetOf(pki, candidate)),
    {
      force: false,
      issuer: { id: issuer.id, notAfter: issuer.certificate.notAfter },
      draining: drainingAuthorities(authorities),
      active: activeAuthorities(authorities),
      renewal: policy.renewal,
    },
    world.now,
  );
  const targets = candidates.map(({ known, upkeep = {} }, index) => {
    const { line } = listed[index]!.at;
    const revoked = known?.certificate?.state === 'revoked' && manifest.revocation(known.certificate.serial);
    return {
      ...{ line, upkeep, issue: issueSteps[index]! },
      ...(known && { known }),
      ...(revoked && { revokedFor: revoked.reason }),
    };
  });
  const named = new Set(candidates.map(({ service }) => service));
  const others = manifest.liveServices().filter(({ service }) => !named.has(service.name));
  const { renewal, check } = policy;
  const options = { prune: request.prune, renewal, critical: check.leafCritical };
  const plan = planApply(targets, others, options, world.now);
  if (!request.allowMassPrune && isMassPrune(plan)) throw massPrune(plan, request.path);
  const changed = candidates.filter((_, index) => ['issue', 'update'].includes(plan.steps[index]!.action));
  await requireDeployments(pki, policy, changed.map(wantedOf));
  const jobOf = jobMaker(issuer, authorities, policy, request.notAfterPolicy, world.now);
  const jobs = plan.steps.flatMap((step, index) => {
    if (step.action !== 'issue') return [];
    const candidate = candidates[index]!;
    const { supersedes } = step;
    return [jobOf({ ...candidate, isNew: candidate.known === undefined, ...(supersedes && { supersedes }) })];
  });
  const switches = issueSteps.flatMap((step, index) =>
    step.action === 'deliver' ? [switchOf(step, candidates[index]!)] : [],
  );
  const revocations = revocationsOf(pki, plan);
  return { ...plan, works: { jobs, switches, issuer }, ...(revocations && { revocations }) };
}

const workOf = ({ request, upkeep }: ListedService) => ({
  request,
  upkeep: { declared: true, ...upkeep } as const,
  key: { source: 'generated' } as const,
  asRecorded: false,
});

const wantedOf = (candidate: Candidate) => ({
  ...deploymentWanted(candidate),
  keyIsAway: candidate.known?.certificate?.keySource === 'csr',
});

/** Judged by what the file says of its renewal. */
function targetOf(pki: Pki, { service, spec, known, upkeep, directory }: Candidate) {
  const judged = known && { ...known, service: { ...known.service, ...(upkeep && { upkeep }) } };
  const files = filesState(pki, known?.certificate, directory);
  return { name: service, spec, ...(judged && { known: judged }), files, keyDiffers: false };
}

const switchOf = ({ name, serial }: Extract<IssueStep, { action: 'deliver' }>, { directory }: Candidate) => ({
  ...{ service: name, serial, directory },
  isNew: false,
});

function massPrune({ steps, declaredBefore }: ApplySteps, path: string) {
  const names = steps.flatMap(({ action, name }) => (action === 'prune' ? [name] : []));
  return failure('ERR_PRUNE_MASS', { path, names, declared: declaredBefore });
}

/** Everything of theirs that somebody may still accept, replaced certificates among it. */
function revocationsOf({ manifest, world: { now } }: Pki, { steps }: ApplySteps): RevokePlan | undefined {
  const selectors = steps
    .flatMap(({ action, name }) => (action === 'prune' ? [name] : []))
    .filter(name => manifest.certificatesOfService(name).some(({ notAfter }) => notAfter >= now));
  return selectors.length === 0 ? undefined : planRevoke(manifest, { selectors, which: 'all', ...PRUNED }, now);
}

/** Services whose certificate stays. */
function update({ manifest, world }: Pki, { steps }: ApplySteps): void {
  const updates = steps.flatMap(step => (step.action === 'update' ? [step] : []));
  if (updates.length === 0) return;
  const redeployed = updates.flatMap(({ name, deploys }) => (deploys && manifest.delivery(name)) || []);
  manifest.transaction(write => {
    write.putServices(updates);
    write.setDeliveries(pendingDeliveries(redeployed, world.now));
    for (const { name, changes } of updates) write.audit('service.updated', name, { changes: changes.join('; ') });
  });
}

/** Last, so that an interrupted run finds them again. */
function release({ manifest }: Pki, { steps }: ApplySteps): void {
  const pruned = steps.flatMap(({ action, name }) => (action === 'prune' ? (manifest.service(name) ?? []) : []));
  if (pruned.length === 0) return;
  manifest.transaction(write => {
    // the outputs that it had may be another service's from now on
    write.putServices(pruned.map(({ name, spec }) => ({ name, spec, upkeep: {} })));
    for (const { name } of pruned) write.audit('service.released', name, {});
  });
}
