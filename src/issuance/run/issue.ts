import { failure } from '../../errors/error.ts';
import { activeIssuer, type CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import { crlAddress } from '../../policy/rules/crl-url.ts';
import { activeAuthorities, drainingAuthorities } from '../../due/rules/reason.ts';
import type { Certificate } from '../../record/certificate.ts';
import { planIssue, type IssueStep, type IssueTarget } from '../rules/plan-issue.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { servedChain } from '../../ca/rules/served-chain.ts';
import { trustAnchors } from '../../ca/rules/trust-anchors.ts';
import { equalBytes } from '../../pki/bytes.ts';
import { decodeCertificate } from '../../pki/certificate/parsed.ts';
import { encodePemBundle } from '../../pki/bundle/trust-bundle.ts';
import { applyIssue, pendingDeliveries, type IssuedService, type IssueJob, type VersionSwitch } from './apply-issue.ts';
import { requireDeployments } from '../../deployment/run/faults.ts';
import { filesState } from './files-state.ts';
import { jobMaker } from './issue-job.ts';
import { resolveWork, type Candidate, type IssueWork, deploymentWanted } from './issue-work.ts';
import { leafIssuer, type LeafKey } from './leaf-issuer.ts';
import type { Pki } from '../../store/open-pki.ts';
import { requireDirectories } from '../../service/run/directories.ts';
import { unlockAuthority } from '../../ca/run/unlock.ts';
import { versionAccess } from './version-access.ts';
import type { AskPassphrase } from '../../world/ask-passphrase.ts';
import type { NotAfterPolicy } from '../../policy/rules/not-after-policy.ts';

export interface IssueOptions {
  /** Issue even where the current certificate is good. */
  readonly force: boolean;
  /** Instead of the policy's. */
  readonly notAfterPolicy?: NotAfterPolicy;
}

/** What a run makes and switches. */
export interface IssueWorks {
  readonly jobs: readonly IssueJob[];
  /** What a crash left undone between the result and the switch. */
  readonly switches: readonly VersionSwitch[];
  readonly issuer: CertifiedAuthority;
}

/** What a run would do, decided completely before anything is touched. */
export interface IssuePlan extends IssueWorks {
  readonly steps: readonly IssueStep[];
}

/** Decides everything and touches nothing. Throws what policy, issuer and names have against any of it: all or nothing. */
export async function planIssueRun(
  pki: Pki,
  policy: Policy,
  work: readonly IssueWork[],
  options: IssueOptions,
): Promise<IssuePlan> {
  const { world, manifest } = pki;
  const authorities = manifest.authorities();
  const issuer = activeIssuer(authorities, world.now);
  const jobOf = jobMaker(issuer, authorities, policy, options.notAfterPolicy, world.now);
  const candidates = resolveWork(pki, policy, work);
  requireDirectories(pki, candidates, options.force);
  const steps = planIssue(
    candidates.map(candidate => targetOf(pki, candidate)),
    {
      force: options.force,
      issuer: { id: issuer.id, notAfter: issuer.certificate.notAfter },
      draining: drainingAuthorities(authorities),
      active: activeAuthorities(authorities),
      renewal: policy.renewal,
    },
    world.now,
  );
  const jobs: IssueJob[] = [];
  const switches: VersionSwitch[] = [];
  await requireDeployments(
    pki,
    policy,
    candidates.filter((_, index) => steps[index]!.action === 'issue').map(deploymentWanted),
  );
  for (const [index, step] of steps.entries()) {
    const candidate = candidates[index]!;
    if (!options.force) requireBroughtKey(candidate, step);
    if (step.action === 'deliver') {
      switches.push({ service: step.name, serial: step.serial, directory: candidate.directory, isNew: false });
    }
    if (step.action === 'issue') {
      const { supersedes } = step;
      jobs.push(jobOf({ ...candidate, isNew: candidate.known === undefined, ...(supersedes && { supersedes }) }));
    }
  }
  return { steps, jobs, switches, issuer };
}

/**
 * A service whose key is on its own host must not be handed another one in passing. Named alone it is told so when a certificate is
 * due; a list, or a description, would make one some day, and is told at once.
 */
function requireBroughtKey({ service, key, known, asRecorded }: Candidate, { action }: IssueStep): void {
  const isAway = key.source === 'generated' && known?.certificate?.keySource === 'csr';
  if (isAway && (action === 'issue' || !asRecorded)) throw failure('ERR_KEY_NOT_BROUGHT', { service });
}

function targetOf(pki: Pki, { service, spec, known, key, directory }: Candidate): IssueTarget {
  return {
    name: service,
    spec,
    ...(known && { known }),
    files: filesState(pki, known?.certificate, directory),
    keyDiffers: keyDiffers(key, known?.certificate),
  };
}

function keyDiffers(key: LeafKey, certificate: Certificate | undefined): boolean {
  if (certificate?.der === undefined) return false;
  // who brings none says nothing about the key there is
  return key.source !== 'generated' && !equalBytes(decodeCertificate(certificate.der).tbs.publicKey.der, key.publicKey);
}

/**
 * Carries a plan out, up to where `deployPending` goes on: deployments are pending. The CA's key is unlocked only when there is
 * something to sign.
 */
export async function applyIssuePlan(
  pki: Pki,
  policy: Policy,
  plan: IssueWorks,
  ask: AskPassphrase,
  progress: (count: number) => void,
): Promise<readonly IssuedService[]> {
  const { world, manifest } = pki;
  const issuer = plan.jobs.length === 0 ? undefined : await unlockAuthority(pki, plan.issuer, ask);
  reopenDeliveries(pki, plan.switches);
  if (issuer === undefined) return [];
  const authorities = manifest.authorities();
  const crlUrl = policy.crl.url === undefined ? undefined : crlAddress(policy.crl.url, plan.issuer.id);
  return applyIssue(plan.jobs, {
    world,
    manifest,
    engine: leafIssuer(world, issuer, crlUrl),
    authorityId: plan.issuer.id,
    chainPem: encodePemBundle(servedChain(plan.issuer, authorities, manifest.furtherCertificates())),
    anchorsPem: encodePemBundle(trustAnchors(authorities).map(({ certificate }) => certificate.der)),
    access: await versionAccess(pki, policy, plan.jobs),
    progress,
  });
}

/** What lost its link since it was deployed is to be deployed again. */
function reopenDeliveries({ world, manifest }: Pki, switches: readonly VersionSwitch[]): void {
  const lost = switches.filter(({ service }) => manifest.delivery(service)?.state !== 'pending');
  if (lost.length === 0) return;
  manifest.transaction(write => write.setDeliveries(pendingDeliveries(lost, world.now)));
}
