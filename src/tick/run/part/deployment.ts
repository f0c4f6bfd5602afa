import { toDeploy, toIssue } from '../../../issuance/rules/planned.ts';
import { applyDeployment, isClaimed } from '../../../deployment/run/deploy.ts';
import { planDeployment, type DeployStep } from '../../../deployment/run/plan.ts';
import type { Earlier, PartPlan, TickPart } from '../part.ts';
import { deployedActions, retriedAction } from './deployed-action.ts';
import { renewal } from './renewal.ts';

interface DeploymentPartPlan extends PartPlan {
  readonly steps: readonly DeployStep[];
}

/** Tries again, once a tick, the deployments that earlier runs left pending. */
export const deployment: TickPart<DeploymentPartPlan> = {
  name: 'deployment',
  plan: async ({ pki, policy }, earlier) => {
    const tried = triedBefore(earlier);
    const pending = pki.manifest
      .pendingServices()
      .filter(({ service, deployment: state }) => !tried.has(service.name) && !isClaimed(state, pki.world.now));
    const steps = pending.length === 0 ? [] : await planDeployment(pki, policy, pending, NOTHING_ELSE);
    return { steps, actions: steps.map(retriedAction), refusals: [] };
  },
  carryOut: async ({ pki, policy }, { steps }) => {
    const deployed = await applyDeployment(pki, policy, steps, false);
    return { actions: deployedActions(deployed, new Set()), failures: [], deployed };
  },
};

const NOTHING_ELSE = { inspect: false, force: false };

/** Lists the services whose deployment the renewal tried or will try. If the renewal failed before that, this part deploys. */
function triedBefore(earlier: Earlier): ReadonlySet<string> {
  const renewed = earlier.of(renewal);
  switch (renewed?.state) {
    case 'done':
      return new Set(renewed.outcome.deployed.map(({ service }) => service));
    case 'planned': {
      const due = renewed.plan.due.planned;
      return new Set([...toIssue(due), ...toDeploy(due)].map(({ service }) => service));
    }
    default:
      return new Set();
  }
}
