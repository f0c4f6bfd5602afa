// Formats the bundles of federated trust domains: a bundle that was added, replaced or removed, and the list of all.
// `bundle federate`, `bundle unfederate` and `bundle federated` print it.
import type { FederationPlan } from '../rules/plan-federation.ts';
import { anchorLabel } from '../rules/diff.ts';
import type { FederatedBundle } from '../../record/trust-bundle.ts';
import { parseSpiffeBundle } from '../../pki/bundle/read.ts';
import { formatBundleDiff } from './diff.ts';
import type { BUNDLE_FEDERATE, BUNDLE_FEDERATED, BUNDLE_UNFEDERATE, FEDERATED_TRUST_DOMAIN } from './documents.ts';
import { formatDuration } from '../../view/duration.ts';
import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';
import { formatRelativeTime } from '../../view/relative-time.ts';
import { formatTable } from '../../view/table.ts';

const WORDS: Readonly<Record<FederationPlan['change'], readonly [done: string, planned: string]>> = {
  add: ['added', 'would add'],
  replace: ['replaced', 'would replace'],
  none: ['unchanged', 'unchanged'],
};

export function federateView(
  { change, federated, diff }: FederationPlan,
  dryRun: boolean,
): View<typeof BUNDLE_FEDERATE> {
  const { trustDomain, sequence } = federated;
  const value = { dryRun, change, trustDomain, sequence, diff };
  return {
    table: () => `${WORDS[change][dryRun ? 1 : 0]}  ${trustDomain}\n${formatBundleDiff(diff)}`,
    json: () => ({ kind: 'bundle-federate', value }),
    jsonl: () => [{ kind: 'bundle-federate', value }],
  };
}

export function unfederateView(trustDomain: string, dryRun: boolean): View<typeof BUNDLE_UNFEDERATE> {
  const value = { dryRun, change: 'remove', trustDomain } as const;
  return {
    table: () => `${dryRun ? 'would remove' : 'removed'}  ${trustDomain}\n`,
    json: () => ({ kind: 'bundle-unfederate', value }),
    jsonl: () => [{ kind: 'bundle-unfederate', value }],
  };
}

export function federatedView(
  bundles: readonly FederatedBundle[],
  now: Date,
): View<typeof BUNDLE_FEDERATED, typeof FEDERATED_TRUST_DOMAIN> {
  const rows = bundles.map(({ trustDomain, document, addedAt }) => {
    const { x509Authorities, sequence, refreshHint } = parseSpiffeBundle(document);
    return { trustDomain, sequence, refreshHint, addedAt, anchors: x509Authorities.map(anchorLabel) };
  });
  return {
    table: () => {
      if (rows.length === 0) return 'there are no federated trust domains\n';
      return formatTable(
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
      );
    },
    json: () => ({ kind: 'bundle-federated', value: { federated: rows } }),
    jsonl: () => rows.map(value => ({ kind: 'federated-trust-domain', value })),
  };
}

function firstExpiry(expiries: readonly Date[], now: Date): string {
  if (expiries.length === 0) return '';
  const first = new Date(Math.min(...expiries.map(each => each.getTime())));
  return `${formatInstant(first)} ${formatRelativeTime(first, now)}`;
}
