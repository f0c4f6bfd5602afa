import type { NamedCrlDiff } from '../run/diff.ts';
import type { CrlDiff } from '../rules/diff.ts';
import type { View } from '../../view/output.ts';
import { visible } from '../../view/visible.ts';
import type { CRL_DIFF, CRL_DIFFERENCE } from './documents.ts';

/** Formats the differences like diff: `-` only before, `+` only after, `~` in both and different. */
export function crlDiffView(diffs: readonly NamedCrlDiff[]): View<typeof CRL_DIFF, typeof CRL_DIFFERENCE> {
  const crls = diffs.map(({ name, only, diff }) => ({ file: name, only, ...diff }));
  return {
    table: () => diffs.map(formatOne).join(''),
    json: () => ({ kind: 'crl-diff', value: { crls } }),
    jsonl: () => crls.map(value => ({ kind: 'crl-difference', value })),
  };
}

function formatOne({ name, only, diff }: NamedCrlDiff): string {
  if (diff === undefined) return `${only === 'after' ? '+' : '-'} ${visible(name)}\n`;
  if (diff.identical) return `  ${visible(name)}: identical\n`;
  const lines = [...fieldLines(diff), ...entryLines(diff)];
  return [`~ ${visible(name)}: ${summary(diff)}`, ...lines.map(line => `    ${visible(line)}`), ''].join('\n');
}

const summary = ({ added, removed, changed }: CrlDiff): string =>
  `${added.length} added, ${removed.length} removed, ${changed.length} changed`;

const fieldLines = ({ fields }: CrlDiff): string[] =>
  fields.map(({ field, before, after }) => `${field}: ${before} -> ${after}`);

const entryLines = ({ added, removed, changed }: CrlDiff): string[] => [
  ...removed.map(({ serial, reason }) => `- ${serial} ${reason}`),
  ...added.map(({ serial, reason }) => `+ ${serial} ${reason}`),
  ...changed.map(({ before, after }) => `~ ${before.serial} ${before.reason} -> ${after.reason}`),
];
