import type { AnchorLabel, BundleDiff } from '../rules/diff.ts';
import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';
import { visible } from '../../view/visible.ts';

/** In the manner of diff: `-` only before, `+` only after, `~` in both and different. */
export function bundleDiffView(diff: BundleDiff): View {
  return {
    table: () => (diff.identical ? 'identical\n' : formatBundleDiff(diff)),
    json: () => ({ kind: 'bundle-diff', value: diff }),
    jsonl: () => [{ kind: 'bundle-diff', value: diff }],
  };
}

export const formatBundleDiff = ({ fields, added, removed }: BundleDiff): string =>
  [
    ...removed.map(anchor => `- ${anchorText(anchor)}`),
    ...added.map(anchor => `+ ${anchorText(anchor)}`),
    ...fields.map(({ field, before, after }) => `~ ${field}: ${before} -> ${after}`),
  ]
    .map(line => `${visible(line)}\n`)
    .join('');

const anchorText = ({ fingerprint, subject, notAfter }: AnchorLabel): string =>
  `${fingerprint}  ${subject}  until ${formatInstant(notAfter)}`;
