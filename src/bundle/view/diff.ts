import type { AnchorLabel, BundleDiff } from '../rules/diff.ts';
import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';
import { visible } from '../../view/visible.ts';
import type { BUNDLE_DIFF } from './documents.ts';

/** Formats like diff: `-` only before, `+` only after, `~` in both but different. */
export function bundleDiffView(diff: BundleDiff): View<typeof BUNDLE_DIFF> {
  return {
    table: () => (diff.identical ? 'identical\n' : formatBundleDiff(diff)),
    json: () => ({ kind: 'bundle-diff', value: diff }),
    jsonl: () => [{ kind: 'bundle-diff', value: diff }],
  };
}

const FIELDS = { sequence: 'sequence', refreshHint: 'refresh hint' } as const;

export const formatBundleDiff = ({ fields, added, removed }: BundleDiff): string =>
  [
    ...removed.map(anchor => `- ${anchorText(anchor)}`),
    ...added.map(anchor => `+ ${anchorText(anchor)}`),
    ...fields.map(({ field, before, after }) => `~ ${FIELDS[field]}: ${before} -> ${after}`),
  ]
    .map(line => `${visible(line)}\n`)
    .join('');

const anchorText = ({ sha256, subject, notAfter }: AnchorLabel): string =>
  `${sha256}  ${subject}  expires ${formatInstant(notAfter)}`;
