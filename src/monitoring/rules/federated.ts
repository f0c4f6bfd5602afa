// Judges the bundles of federated trust domains: expired anchors, age since they were fetched, and anchors of several domains.
// The source `federations` calls it. It fetches nothing.
import type { FederatedBundle } from '../../record/trust-bundle.ts';
import { equalBytes } from '../../pki/bytes.ts';
import type { Finding } from './finding.ts';
import { urgency, type CheckThresholds } from './thresholds.ts';

/** An anchor with the facts that are judged. */
interface FederatedAnchor {
  readonly publicKeyDer: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export interface Federation {
  readonly federated: FederatedBundle;
  readonly anchors: readonly FederatedAnchor[];
  /** Seconds; absent if the bundle has none. */
  readonly refreshHint?: number;
}

const DAY = 86_400;

/** Judges each bundle. `own`: the public keys of our CAs, with the name of our trust domain. */
export function federatedFindings(
  federations: readonly Federation[],
  own: { readonly trustDomain: string; readonly keys: readonly Uint8Array[] },
  thresholds: CheckThresholds,
  at: Date,
): Finding[] {
  return federations.flatMap(({ federated, anchors, refreshHint }): Finding[] => {
    const { trustDomain: subject } = federated;
    const about = { kind: 'trust-domain', subject } as const;
    const shared = sharedWith(anchors, [
      own,
      ...federations
        .filter(each => each.federated !== federated)
        .map(each => ({
          trustDomain: each.federated.trustDomain,
          keys: each.anchors.map(({ publicKeyDer }) => publicKeyDer),
        })),
    ]);
    const since = federated.fetchedAt ?? federated.addedAt;
    const age = (at.getTime() - since.getTime()) / 1000;
    const outdated = age > (refreshHint === undefined ? 30 * DAY : Math.max(7 * DAY, 3 * refreshHint));
    return [
      ...(shared === undefined
        ? []
        : [{ ...about, name: 'federated-shared', severity: 'critical', problem: shared } as const]),
      ...anchorFindings(about, anchors, thresholds, at),
      ...(outdated ? [{ ...about, name: 'federated-outdated', severity: 'warning', since } as const] : []),
    ];
  });
}

function sharedWith(
  anchors: readonly FederatedAnchor[],
  others: readonly { readonly trustDomain: string; readonly keys: readonly Uint8Array[] }[],
): string | undefined {
  const has = (keys: readonly Uint8Array[]) =>
    anchors.some(({ publicKeyDer }) => keys.some(key => equalBytes(key, publicKeyDer)));
  return others.find(({ keys }) => has(keys))?.trustDomain;
}

/** An expired anchor does no harm beside a good one, so the last one counts. */
function anchorFindings(
  about: Pick<Finding, 'kind' | 'subject'>,
  anchors: readonly FederatedAnchor[],
  { caWarning, caCritical }: CheckThresholds,
  at: Date,
): Finding[] {
  const [last] = anchors.toSorted((a, b) => b.notAfter.getTime() - a.notAfter.getTime());
  if (last === undefined) return [];
  const deadline = last.notAfter;
  if (deadline < at) return [{ ...about, name: 'federated-expired', severity: 'critical', deadline }];
  const severity = urgency(last.notBefore, deadline, caWarning, caCritical, at);
  return severity === undefined ? [] : [{ ...about, name: 'federated-expiring', severity, deadline }];
}
