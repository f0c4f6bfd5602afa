import type { Runbook } from '../rules/runbook.ts';
import type { View } from '../../view/output.ts';
import { visible } from '../../view/visible.ts';

/** The commands stand alone on their lines: they are pasted one by one. */
export function runbookView({ authorityId, stake, steps }: Runbook): View {
  const value = { authority: authorityId, stake, steps };
  return {
    table: () =>
      [
        `${authorityId} is compromised`,
        ...stake.map(line => `  ${visible(line)}`),
        ...steps.flatMap(({ command, why }, index) => [
          '',
          `${index + 1}. ${visible(why)}`,
          ...(command === undefined ? [] : [`   $ ${visible(command)}`]),
        ]),
        '',
      ].join('\n'),
    json: () => ({ kind: 'runbook', value }),
    jsonl: () => [{ kind: 'runbook', value }],
  };
}
