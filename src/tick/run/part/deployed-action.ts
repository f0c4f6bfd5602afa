import { plural } from '../../../text/plural.ts';
import { DEPLOY_REASONS } from '../../../deployment/rules/reason.ts';
import type { Deployed } from '../../../deployment/run/deploy.ts';
import type { DeployStep } from '../../../deployment/run/plan.ts';
import { actionKind, type TickAction } from '../../rules/action.ts';

const DEPLOYED = actionKind('deployed', 'service', 'deployed', 'would deploy');
const PENDING = actionKind('deployment-pending', 'service', 'pending', 'pending', false);

/** Makes the actions of deployments. A service in `renewed` without outputs and hooks has none: its renewal is an action already. */
export function deployedActions(deployed: readonly Deployed[], renewed: ReadonlySet<string>): readonly TickAction[] {
  return deployed.flatMap(({ service, serial, problem, written, hooks }) => {
    const about = { subject: service, serial };
    if (problem !== undefined) return [{ kind: PENDING, ...about, detail: problem }];
    const detail = work(written.length, hooks.length);
    if (detail === undefined && renewed.has(service)) return [];
    return [{ kind: DEPLOYED, ...about, ...(detail !== undefined && { detail }) }];
  });
}

/** Makes the action of a repeated deployment. It has the problem of the last attempt, or the difference to repair. */
export const retriedAction = ({
  service,
  serial,
  deployment: { problem },
  reasons = [],
}: Pick<DeployStep, 'service' | 'serial' | 'deployment'> & Partial<Pick<DeployStep, 'reasons'>>): TickAction => {
  const [reason] = reasons.filter(({ name }) => name !== 'pending');
  const detail = problem ?? (reason && DEPLOY_REASONS[reason.name]);
  return { kind: DEPLOYED, subject: service, serial, ...(detail !== undefined && { detail }) };
};

/** Makes the action of deploying a certificate that is not issued yet; none if only the link is switched. */
export function firstDeployed(service: string, outputs: number, hooks: number): readonly TickAction[] {
  const detail = work(outputs, hooks);
  return detail === undefined ? [] : [{ kind: DEPLOYED, subject: service, detail }];
}

/** Undefined when there is neither. */
const work = (outputs: number, hooks: number): string | undefined =>
  outputs + hooks === 0
    ? undefined
    : [...(outputs === 0 ? [] : [plural(outputs, 'output')]), ...(hooks === 0 ? [] : [plural(hooks, 'hook')])].join(
        ', ',
      );
