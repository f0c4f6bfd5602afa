import { toDeploy, toIssue } from '../../../issuance/rules/planned.ts';
import { applyDeployment, isClaimed } from '../../../deployment/run/deploy.ts';
import { planDeployment, type DeployStep } from '../../../deployment/run/plan.ts';
import type { Earlier, PartPlan, TickPart } from '../part.ts';
import { files } from './files.ts';
import { deployedActions, retriedAction } from './deployed-action.ts';
import { renewal } from './renewal.ts';

interface DeploymentPartPlan extends PartPlan {
  readonly steps: readonly DeployStep[];
}

/** Tries again, once a tick, the deployments that earlier runs left pending, and rewrites files that differ from the manifest. */
export const deployment: TickPart<DeploymentPartPlan> = {
  name: 'deployment',
  plan: async ({ pki, policy }, earlier) => {
    const tried = triedBefore(earlier);
    const waiting = pki.manifest.pendingServices();
    const pending = waiting.filter(
      ({ service, deployment: state }) => !tried.has(service.name) && !isClaimed(state, pki.world.now),
    );
    const names = new Set(waiting.map(({ service }) => service.name));
    const others = [...(earlier.of(files)?.plan.differing ?? [])].filter(name => !tried.has(name) && !names.has(name));
    const differing = others.length === 0 ? [] : pki.manifest.servicesNamed(others);
    const steps = [
      ...(pending.length === 0 ? [] : await planDeployment(pki, policy, pending, NOTHING_ELSE)),
      ...(others.length === 0 ? [] : await planDeployment(pki, policy, differing, { inspect: true, force: false })),
    ];
    return { steps, actions: steps.filter(({ reasons }) => reasons.length > 0).map(retriedAction), refusals: [] };
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
