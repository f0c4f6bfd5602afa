import type { TrustBundle, TrustBundleResult } from '../run/write.ts';
import { formatDuration } from '../../view/duration.ts';
import { formatFacts } from '../../view/facts.ts';
import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';
import { formatRelativeTime } from '../../view/relative-time.ts';
import { formatTable } from '../../view/table.ts';
import type { ANCHOR, BUNDLE_SHOW, BUNDLE_WRITE } from './documents.ts';

export function bundleWriteView({ changed, anchors, sequence, files }: TrustBundleResult): View<typeof BUNDLE_WRITE> {
  const value = { changed, anchorCount: anchors, sequence, files };
  return {
    table: () =>
      formatFacts([
        ['bundle', changed ? 'written' : 'unchanged'],
        ['anchors', String(anchors)],
        ['sequence', String(sequence)],
        ...files.map(path => ['file', path] as const),
      ]),
    json: () => ({ kind: 'bundle-write', value }),
    jsonl: () => [{ kind: 'bundle-write', value }],
  };
}

export function bundleView(
  { anchors, sequence, refreshHint }: TrustBundle,
  now: Date,
): View<typeof BUNDLE_SHOW, typeof ANCHOR> {
  const rows = anchors.map(({ id, state, certificate: { serial, notBefore, notAfter } }) => ({
    ca: id,
    state,
    serial,
    notBefore,
    notAfter,
  }));
  return {
    table: () =>
      formatFacts([
        ['sequence', String(sequence)],
        ['refresh hint', formatDuration(refreshHint)],
      ]) +
      formatTable(
        ['ANCHOR', 'STATE', 'SERIAL', 'EXPIRES'],
        rows.map(({ ca, state, serial, notAfter }) => [
          ca,
          state,
          serial,
          `${formatInstant(notAfter)} ${formatRelativeTime(notAfter, now)}`,
        ]),
        0,
      ),
    json: () => ({ kind: 'bundle-show', value: { sequence, refreshHint, anchors: rows } }),
    jsonl: () => rows.map(value => ({ kind: 'anchor', value })),
  };
}
