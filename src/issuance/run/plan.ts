// Plans a run of `issue` or `apply`. Both issue for all services or for none, so the first refusal is thrown.
// It reads the facts, calls the planner and changes nothing.

import type { CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import { requireDeployments, type WantedDeployment } from '../../deployment/run/faults.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { policyRefusal } from '../../policy/rules/refusal.ts';
import type { Pki } from '../../store/open-pki.ts';
import type { IssuanceFacts } from '../rules/facts.ts';
import { planCertificates, type PlanOptions } from '../rules/plan.ts';
import type { Planned } from '../rules/planned.ts';
import type { Requested } from '../rules/requested.ts';
import { readIssuer, readServices } from './read-facts.ts';

/** Plan of a run, complete before anything is changed. */
export interface IssuancePlan {
  readonly planned: readonly Planned[];
  /** CA that issues. */
  readonly issuer: CertifiedAuthority;
}

/** Plans every request. Throws ERR_CSR_NAMES, ERR_POLICY_REFUSED with all violations of the policy, and ERR_OUT_*. */
export function planIssuance(
  pki: Pki,
  policy: Policy,
  requests: readonly Requested[],
  options: PlanOptions,
): IssuancePlan & { readonly facts: IssuanceFacts } {
  const { issuer, shared } = readIssuer(pki, policy);
  const facts = { ...shared, services: readServices(pki, requests, options.force) };
  const planned = planCertificates(requests, facts, options, pki.world.now);
  const violations = planned.flatMap(each => each.violations);
  if (violations.length > 0) throw policyRefusal(policy, violations);
  for (const { directoryFault } of facts.services.values()) if (directoryFault) throw directoryFault;
  return { planned, issuer, facts };
}

/**
 * Refuses a plan that cannot be carried out, before anything is signed. It checks the deployments of changed services, then the
 * refusals of the plan. Throws ERR_OWNER_*, ERR_OUTPUT_*, ERR_PASSPHRASE_*, ERR_KEY_NOT_BROUGHT, ERR_TTL_SHARE, ERR_OUTLIVES_ISSUER, ERR_CONSTRAINED.
 */
export async function requirePossible(
  pki: Pki,
  policy: Policy,
  planned: readonly Planned[],
  changed: readonly Planned[],
): Promise<void> {
  await requireDeployments(pki, policy, changed.map(deploymentOf));
  for (const { refusal } of planned) if (refusal) throw refusal;
}

function deploymentOf(planned: Planned): WantedDeployment {
  const { service, directory, upkeep, current } = planned;
  const source = planned.action === 'issue' ? planned.key.source : current?.keySource;
  return { service, directory, upkeep, keyIsAway: source === 'csr' };
}
