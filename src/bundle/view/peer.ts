// Formats the bundles of federated trust domains: a bundle that was added, replaced or removed, and the list of all.
// `bundle add-peer`, `bundle remove-peer` and `bundle peers` print it.
import type { PeerPlan } from '../rules/plan-peer.ts';
import { anchorLabel } from '../rules/diff.ts';
import type { PeerBundle } from '../../record/trust-bundle.ts';
import { parseSpiffeBundle } from '../../pki/bundle/read.ts';
import { formatBundleDiff } from './diff.ts';
import { formatDuration } from '../../view/duration.ts';
import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';
import { formatRelativeTime } from '../../view/relative-time.ts';
import { formatTable } from '../../view/table.ts';

const WORDS: Readonly<Record<PeerPlan['change'], readonly [done: string, planned: string]>> = {
  add: ['added', 'would add'],
  replace: ['replaced', 'would replace'],
  none: ['unchanged', 'unchanged'],
};

export function peerPlanView({ change, peer, diff }: PeerPlan, dryRun: boolean): View {
  const { trustDomain, sequence } = peer;
  const document = { kind: 'bundle-peer', value: { dryRun, change, trustDomain, sequence, diff } };
  return {
    table: () => `${WORDS[change][dryRun ? 1 : 0]}  ${trustDomain}\n${formatBundleDiff(diff)}`,
    json: () => document,
    jsonl: () => [document],
  };
}

export function removedPeerView(trustDomain: string, dryRun: boolean): View {
  const document = { kind: 'bundle-peer', value: { dryRun, change: 'remove', trustDomain } };
  return {
    table: () => `${dryRun ? 'would remove' : 'removed'}  ${trustDomain}\n`,
    json: () => document,
    jsonl: () => [document],
  };
}

export function peersView(peers: readonly PeerBundle[], now: Date): View {
  const rows = peers.map(({ trustDomain, document, addedAt }) => {
    const { x509Authorities, sequence, refreshHint } = parseSpiffeBundle(document);
    return { trustDomain, sequence, refreshHint, addedAt, anchors: x509Authorities.map(anchorLabel) };
  });
  return {
    table: () =>
      formatTable(
        ['TRUST DOMAIN', 'SEQUENCE', 'REFRESH', 'ADDED', 'ANCHORS', 'FIRST EXPIRES'],
        rows.map(({ trustDomain, sequence, refreshHint, addedAt, anchors }) => [
          trustDomain,
          sequence === undefined ? '' : String(sequence),
          refreshHint === undefined ? '' : formatDuration(refreshHint),
          formatInstant(addedAt),
          String(anchors.length),
          firstExpiry(
            anchors.map(({ notAfter }) => notAfter),
            now,
          ),
        ]),
        0,
      ),
    json: () => ({ kind: 'bundle-peers', value: { peers: rows } }),
    jsonl: () => rows.map(value => ({ kind: 'bundle-peer', value })),
  };
}

function firstExpiry(ends: readonly Date[], now: Date): string {
  if (ends.length === 0) return '';
  const first = new Date(Math.min(...ends.map(end => end.getTime())));
  return `${formatInstant(first)} ${formatRelativeTime(first, now)}`;
}
