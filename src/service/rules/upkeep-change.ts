// Describes how the renewal and deployment settings of a service change, as lines for a plan.
// `apply` and `issue` print them. It is pure.
import { durationText, thresholdText } from '../../time/duration.ts';
import type { DeploymentSpec, HookSpec, OutputSpec, Upkeep } from '../../record/upkeep.ts';
import { listChange, valueChange } from './spec-change.ts';

/** Describes the differences of renewal and deployment settings as text; empty without any. */
export function upkeepChanges(before: Upkeep, after: Upkeep): readonly string[] {
  const [renewal, renewalAfter] = [before.renewal ?? {}, after.renewal ?? {}];
  return [
    ...(before.declared === after.declared
      ? []
      : [after.declared ? 'now managed by the services file' : 'now managed by hand']),
    ...valueChange('threshold', text(renewal.threshold, thresholdText), text(renewalAfter.threshold, thresholdText)),
    ...valueChange('window', windowText(before), windowText(after)),
    ...valueChange('overlap', text(renewal.overlap, durationText), text(renewalAfter.overlap, durationText)),
    ...deploymentChanges(before.deployment, after.deployment),
    ...listChange('listen', before.listen ?? [], after.listen ?? []),
  ];
}

const NONE: DeploymentSpec = { outputs: [] };

function deploymentChanges(before: DeploymentSpec = NONE, after: DeploymentSpec = NONE): readonly string[] {
  return [
    ...valueChange('owner', before.owner ?? 'default', after.owner ?? 'default'),
    ...valueChange('group', before.group ?? 'default', after.group ?? 'default'),
    ...valueChange('mode', modeText(before.mode), modeText(after.mode)),
    ...listChange('outputs', before.outputs.map(outputText), after.outputs.map(outputText)),
    ...valueChange('hooks', hooksText(before.hooks), hooksText(after.hooks)),
    ...valueChange('reload', reloadText(before), reloadText(after)),
  ];
}

/** Detects a change that writes files again. A changed hook alone runs with the next deployment. */
export const changesFiles = (before: Upkeep, after: Upkeep): boolean =>
  deploymentChanges(filesOnly(before.deployment), filesOnly(after.deployment)).length > 0;

function filesOnly(spec: DeploymentSpec = NONE): DeploymentSpec {
  const { reload: _, every: __, ...rest } = spec;
  return { ...rest, hooks: [] };
}

const text = <T>(value: T | undefined, words: (value: T) => string): string =>
  value === undefined ? 'policy default' : words(value);

const modeText = (mode = 0o600): string => mode.toString(8).padStart(4, '0');

const windowText = ({ renewal }: Upkeep): string =>
  text(renewal?.window, ({ cron, timezone, duration }) => `"${cron}" ${timezone} for ${durationText(duration)}`);

/** Describes all keys of an output: equal texts mean equal outputs. */
function outputText({ kind, path, mode, ...rest }: OutputSpec): string {
  const more = Object.entries({ ...rest, ...(mode !== undefined && { mode: modeText(mode) }) });
  return [`${kind} ${path}`, ...more.sort().map(([name, value]) => `${name}=${value}`)].join(' ');
}

const reloadText = ({ reload, every }: DeploymentSpec): string =>
  text(reload, kind => (every === undefined ? kind : `${kind} every ${durationText(every)}`));

const hooksText = (hooks: readonly HookSpec[] | undefined): string =>
  text(hooks, each =>
    each.length === 0
      ? 'none'
      : each
          .map(
            ({ argv, timeout, on }) =>
              JSON.stringify(argv) +
              (timeout === undefined ? '' : ` ${durationText(timeout)}`) +
              (on === undefined ? '' : ` on ${on.join(' and ')}`),
          )
          .join(' '),
  );
