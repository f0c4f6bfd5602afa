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
import type { DEPLOY, DEPLOYMENT } from './documents.ts';

/** Formats a deployment, planned or done, with the output of its hooks. */
export function deployView({
  steps,
  deployed,
  without,
  dryRun,
}: DeployOutcome): View<typeof DEPLOY, typeof DEPLOYMENT> {
  const results = new Map(deployed.map(each => [each.service, each]));
  const rows = steps.map(step => ({ step, result: results.get(step.service) }));
  const services = rows.map(row => jsonOf(row.step, row.result, dryRun));
  return {
    table: () => {
      const notes = without.map(name => `${visible(name)} has no certificate to deploy\n`).join('');
      if (rows.length === 0) return notes === '' ? 'nothing to deploy: no deployment is pending\n' : notes;
      const cells = rows.map(({ step, result }): Cell[] => [
        step.service,
        step.serial.slice(0, 8),
        WORDS[actionOf(step, result, dryRun)],
        step.reasons.length === 0 ? '' : formatWork(step, result),
        step.reasons.map(whyOf).join('; '),
      ]);
      const hooks = rows.flatMap(({ step, result }) => formatHookRuns(step.service, result?.hooks ?? []));
      return `${formatTable(['SERVICE', 'SERIAL', 'STATE', 'WHAT', 'WHY'], cells, 0)}${hooks.join('')}${notes}`;
    },
    json: () => ({ kind: 'deploy', value: { dryRun, services, withoutCertificate: without } }),
    jsonl: () => services.map(value => ({ kind: 'deployment', value: { dryRun, ...value } })),
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

/** Counts the outputs written and the hooks run; for a plan, all that are configured. */
function formatWork({ settings }: DeployStep, result: Deployed | undefined): string {
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
    hooks: settings.hooks,
    ...(result !== undefined && { written: result.written, hookRuns: result.hooks, problem: result.problem }),
  };
}
