import type { ReloadOutcome } from '../run/reload-run.ts';
import type { Reloaded } from '../run/reload.ts';
import { plural } from '../../text/plural.ts';
import type { View } from '../../view/output.ts';
import { formatTable } from '../../view/table.ts';
import { visible } from '../../view/visible.ts';
import type { RELOAD } from './documents.ts';

/** Formats what was reloaded, or would be, with the end of the output of hooks that failed. */
export function reloadView({ reloaded, recorded, dryRun }: ReloadOutcome): View<typeof RELOAD> {
  const actionOf = ({ problem }: Reloaded) =>
    dryRun ? ('reload' as const) : problem === undefined ? ('reloaded' as const) : ('pending' as const);
  const value = {
    dryRun,
    consumers: reloaded.map(each => {
      const { consumer, changed, problem, output } = each;
      const { name, services } = consumer;
      return { consumer: name, services, action: actionOf(each), changed, problem, output };
    }),
    recorded,
  };
  const words = { reload: 'would reload', reloaded: 'reloaded', pending: 'pending' } as const;
  return {
    table: () => {
      if (reloaded.length + recorded.length === 0)
        return 'nothing to reload: every hook has run for the published trust\n';
      const rows = reloaded.map(each => {
        const { name, services } = each.consumer;
        return [
          name,
          words[actionOf(each)],
          services === 0 ? '' : plural(services, 'service'),
          each.changed.join(' and '),
        ];
      });
      const outputs = reloaded.flatMap(({ consumer, output = '' }) =>
        output === ''
          ? []
          : [
              `${consumer.name}:\n`,
              ...output
                .replace(/\n$/, '')
                .split(/\r?\n/)
                .map(line => `  | ${visible(line)}\n`),
            ],
      );
      const table = rows.length === 0 ? '' : formatTable(['CONSUMER', 'STATE', 'SERVICES', 'CHANGED'], rows, 0);
      const notes = recorded.map(
        name => `${dryRun ? 'would record' : 'recorded'}  ${visible(name)} has loaded the published trust\n`,
      );
      return table + outputs.join('') + notes.join('');
    },
    json: () => ({ kind: 'reload', value }),
    jsonl: () => [{ kind: 'reload', value }],
  };
}
