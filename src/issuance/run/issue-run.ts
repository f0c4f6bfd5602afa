// Opens the home for `issue` and runs it from the requests to the deployment of the new certificates.
// The command calls it. It decides nothing: `plan.ts` plans, `issue.ts` issues, deployment deploys.
import type { World } from '../../world/world.ts';
import { loadPolicy } from '../../policy/run/load.ts';
import { deployPending, type Deployed } from '../../deployment/run/deploy.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { changePki, readPki, type Pki } from '../../store/open-pki.ts';
import type { AskPassphrase } from '../../world/ask-passphrase.ts';
import type { NotAfterPolicy } from '../../policy/rules/not-after-policy.ts';
import { toDeploy, toIssue } from '../rules/planned.ts';
import type { Issued } from '../rules/issued.ts';
import { issueCertificates } from './issue.ts';
import { planIssuance, requirePossible, type IssuancePlan } from './plan.ts';
import { readRequests, type RequestSource } from './read-requested.ts';

export interface IssueRunRequest {
  readonly source: RequestSource;
  readonly force: boolean;
  readonly notAfterPolicy: NotAfterPolicy | undefined;
  readonly dryRun: boolean;
  readonly ask: AskPassphrase;
  /** Starts a display of `total` certificates. */
  readonly progress: (total: number) => { advance(count: number): void; end(): void };
}

export interface IssueOutcome {
  readonly plan: IssuancePlan;
  /** Empty in a dry run. */
  readonly issued: readonly Issued[];
  /** Deployments of this run, and those that an earlier run left pending. */
  readonly deployed: readonly Deployed[];
  readonly dryRun: boolean;
}

/** Reads the requests, plans all of them, and carries the plan out unless it is a dry run. It reads files before it takes the lock. */
export async function issueRun(
  world: World,
  homeFlag: string | undefined,
  run: IssueRunRequest,
): Promise<IssueOutcome> {
  const requests = await readRequests(world, run.source);
  const options = { force: run.force, ...(run.notAfterPolicy && { notAfterPolicy: run.notAfterPolicy }) };
  const planFor = async (pki: Pki, policy: Policy): Promise<IssuancePlan> => {
    const plan = planIssuance(pki, policy, requests, options);
    await requirePossible(
      pki,
      policy,
      plan.planned,
      plan.planned.filter(({ action }) => action === 'issue'),
    );
    return plan;
  };
  if (run.dryRun) {
    return readPki(world, homeFlag, async pki => {
      return { plan: await planFor(pki, await loadPolicy(pki)), issued: [], deployed: [], dryRun: true };
    });
  }
  return changePki(world, homeFlag, 'issue', async pki => {
    const policy = await loadPolicy(pki);
    const plan = await planFor(pki, policy);
    const progress = run.progress(toIssue(plan.planned).length);
    try {
      const issued = await issueCertificates(pki, policy, plan, run.ask, count => progress.advance(count));
      const names = new Set([...toDeploy(plan.planned), ...issued].map(({ service }) => service));
      return { plan, issued, deployed: await deployPending(pki, policy, names), dryRun: false };
    } finally {
      progress.end();
    }
  });
}
