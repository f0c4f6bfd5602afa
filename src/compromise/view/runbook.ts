import type { Runbook } from '../rules/runbook.ts';
import type { View } from '../../view/output.ts';
import type { DRILL_CA_COMPROMISE } from './documents.ts';
import { visible } from '../../view/visible.ts';

/** Formats a runbook; each command has its own line, ready to paste. */
export function runbookView({ authorityId, stake, steps }: Runbook): View<typeof DRILL_CA_COMPROMISE> {
  const value = { ca: authorityId, stake, steps };
  return {
    table: () =>
      [
        `${authorityId} is compromised`,
        ...stake.map(line => `  ${visible(line)}`),
        ...steps.flatMap(({ command, purpose }, index) => [
          '',
          `${index + 1}. ${visible(purpose)}`,
          ...(command === undefined ? [] : [`   $ ${visible(command)}`]),
        ]),
        '',
      ].join('\n'),
    json: () => ({ kind: 'drill-ca-compromise', value }),
    jsonl: () => [{ kind: 'drill-ca-compromise', value }],
  };
}
