import type { TrustBundle, TrustBundleResult } from '../run/write.ts';
import { formatDuration } from '../../view/duration.ts';
import { formatFacts } from '../../view/facts.ts';
import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';
import { formatRelativeTime } from '../../view/relative-time.ts';
import { formatTable } from '../../view/table.ts';

export function bundleWriteView(result: TrustBundleResult): View {
  return {
    table: () =>
      formatFacts([
        ['bundle', result.changed ? 'written' : 'unchanged'],
        ['anchors', String(result.anchors)],
        ['sequence', String(result.sequence)],
        ...result.files.map(path => ['file', path] as const),
      ]),
    json: () => ({ kind: 'bundle-write', value: result }),
    jsonl: () => [{ kind: 'bundle', value: result }],
  };
}

export function bundleView({ anchors, sequence, refreshHint }: TrustBundle, now: Date): View {
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
