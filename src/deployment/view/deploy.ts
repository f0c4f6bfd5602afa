// Formats deployments, done or planned: outputs, hooks and reasons, as a table and as JSON.
// `deploy` prints it. It decides nothing.
import type { Deployed } from '../run/deploy.ts';
import type { DeployOutcome } from '../run/deploy-run.ts';
import type { DeployStep } from '../run/plan.ts';
import { DEPLOY_REASONS, type DeployReason } from '../rules/reason.ts';
import { formatHookRuns } from './hook-run.ts';
import type { View } from '../../view/output.ts';
import { plural } from '../../text/plural.ts';
import { formatTable, type Cell } from '../../view/table.ts';
import { visible } from '../../view/visible.ts';

/** What was deployed, or would be, and what the hooks said. */
export function deployView({ steps, deployed, without, dryRun }: DeployOutcome): View {
  const results = new Map(deployed.map(each => [each.service, each]));
  const rows = steps.map(step => ({ step, result: results.get(step.service) }));
  const services = rows.map(row => jsonOf(row.step, row.result, dryRun));
  return {
    table: () => {
      const told = without.map(name => `${visible(name)} has no certificate to deploy\n`).join('');
      if (rows.length === 0) return told === '' ? 'nothing to deploy: no deployment is pending\n' : told;
      const cells = rows.map(({ step, result }): Cell[] => [
        step.service,
        step.serial.slice(0, 8),
        WORDS[actionOf(step, result, dryRun)],
        step.reasons.length === 0 ? '' : what(step, result),
        step.reasons.map(whyOf).join('; '),
      ]);
      const hooks = rows.flatMap(({ step, result }) => formatHookRuns(step.service, result?.hooks ?? []));
      return `${formatTable(['SERVICE', 'SERIAL', 'STATE', 'WHAT', 'WHY'], cells, 0)}${hooks.join('')}${told}`;
    },
    json: () => ({ kind: 'deploy', value: { dryRun, services, without } }),
    jsonl: () => services.map(value => ({ kind: 'deploy', value: { dryRun, ...value } })),
  };
}

type Action = 'deployed' | 'pending' | 'deploy' | 'keep';

const WORDS: Readonly<Record<Action, string>> = {
  deployed: 'deployed',
  pending: 'pending',
  deploy: 'would deploy',
  keep: 'unchanged',
};

function actionOf({ reasons }: DeployStep, result: Deployed | undefined, dryRun: boolean): Action {
  if (reasons.length === 0) return 'keep';
  if (dryRun || result === undefined) return 'deploy';
  return result.problem === undefined ? 'deployed' : 'pending';
}

const whyOf = ({ name, detail }: DeployReason): string =>
  detail === undefined ? DEPLOY_REASONS[name] : `${DEPLOY_REASONS[name]}: ${detail}`;

/** What was written and run; of a plan, what there is to write and run at most. */
function what({ settings }: DeployStep, result: Deployed | undefined): string {
  const outputs = result?.written.length ?? settings.outputs.length;
  const hooks = result?.hooks.length ?? settings.hooks.length;
  return [...(outputs > 0 ? [plural(outputs, 'output')] : []), ...(hooks > 0 ? [plural(hooks, 'hook')] : [])].join(
    ', ',
  );
}

function jsonOf(step: DeployStep, result: Deployed | undefined, dryRun: boolean) {
  const { service, serial, directory, reasons, settings } = step;
  return {
    ...{ service, serial, directory, action: actionOf(step, result, dryRun), reasons },
    outputs: settings.outputs.map(({ kind: format, path }) => ({ format, path })),
    ...(result === undefined
      ? { hooks: settings.hooks }
      : { written: result.written, hooks: result.hooks, problem: result.problem }),
  };
}
