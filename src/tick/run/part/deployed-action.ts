import { plural } from '../../../text/plural.ts';
import type { Deployed } from '../../../deployment/run/deploy.ts';
import type { DeployStep } from '../../../deployment/run/plan.ts';
import { actionKind, type TickAction } from '../../rules/action.ts';

const DEPLOYED = actionKind('deployed', 'deployed', 'would deploy');
const PENDING = actionKind('deployment-pending', 'pending', 'pending', false);

/** What became of a deployment. `renewed`: what lies where it should as soon as it was renewed is said once. */
export function deployedActions(deployed: readonly Deployed[], renewed: ReadonlySet<string>): readonly TickAction[] {
  return deployed.flatMap(({ service, serial, problem, written, hooks }) => {
    const about = { subject: service, serial };
    if (problem !== undefined) return [{ kind: PENDING, ...about, detail: problem }];
    const detail = work(written.length, hooks.length);
    if (detail === undefined && renewed.has(service)) return [];
    return [{ kind: DEPLOYED, ...about, ...(detail !== undefined && { detail }) }];
  });
}

/** A deployment that is tried again, and what it failed of the last time. */
export const retriedAction = ({
  service,
  serial,
  deployment: { problem },
}: Pick<DeployStep, 'service' | 'serial' | 'deployment'>): TickAction => ({
  ...{ kind: DEPLOYED, subject: service, serial },
  ...(problem !== undefined && { detail: problem }),
});

/** The deployment of a certificate that is not made yet; nothing where switching the link is all of it. */
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
