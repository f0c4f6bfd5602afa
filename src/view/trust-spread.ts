// Adds to the output of a command what it published and which consumers it reloaded.
// Every command that changes a CRL or a bundle prints with it. Errors are printed separately.
import type { TrustSpread } from '../record/trust-spread.ts';
import { plural } from '../text/plural.ts';
import type { DocumentSchema } from './document-schema.ts';
import type { DocumentOf, View } from './output.ts';
import { visible } from './visible.ts';

/** Extends a view; without `spread` it stays as it is. */
export function withSpread<Whole extends DocumentSchema, Line extends DocumentSchema>(
  view: View<Whole, Line>,
  spread: TrustSpread | undefined,
): View<Whole, Line> {
  if (spread === undefined) return view;
  const { directories, services, consumers } = spread;
  const published = { directories, services, consumers };
  const extended = <S extends DocumentSchema>({ kind, value }: DocumentOf<S>): DocumentOf<S> =>
    ({ kind, value: { ...value, published } }) as DocumentOf<S>;
  return {
    table: () => view.table() + formatSpread(spread),
    json: () => extended<Whole>(view.json()),
    jsonl: () => {
      const whole = view.json().kind;
      return [...view.jsonl()].map(line => (line.kind === whole ? extended<Line>(line) : line));
    },
  };
}

/** Formats a line for each changed directory, for the services with new anchors, and for each consumer that was reloaded. */
function formatSpread({ directories, services, consumers }: TrustSpread): string {
  const lines = [
    ...directories.filter(({ changed }) => changed).map(({ directory }) => `published  ${directory}`),
    ...(services.length === 0 ? [] : [`anchors updated  ${plural(services.length, 'service')}`]),
    ...consumers
      .filter(({ problem }) => problem === undefined)
      .map(({ consumer, services: count, changed }) => {
        const whose = count === 0 ? [] : [plural(count, 'service')];
        return ['reloaded', consumer, ...whose, changed.join(' and ')].filter(word => word !== '').join('  ');
      }),
  ];
  return lines.map(line => `${visible(line)}\n`).join('');
}
