import type { HookRun } from '../../record/deployment.ts';
import { visible } from '../../view/visible.ts';

const OUTCOME: Readonly<Record<HookRun['outcome'], string>> = {
  succeeded: 'succeeded',
  failed: 'failed',
  'timed-out': 'was stopped at its time limit',
};

/** Formats each hook that ran with its output, line by line; control characters are escaped. */
export const formatHookRuns = (service: string, runs: readonly HookRun[]): readonly string[] =>
  runs.map(({ argv, outcome, duration, output }, index) => {
    const heading = `${service}: hook ${index + 1} ${OUTCOME[outcome]} in ${seconds(duration)}: ${argv.join(' ')}`;
    const lines = output.replace(/\n$/, '').replaceAll('\t', '  ').split(/\r?\n/);
    return [heading, ...(output === '' ? [] : lines.map(line => `  | ${line}`))]
      .map(line => `${visible(line)}\n`)
      .join('');
  });

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
