import type { ConsumerState } from '../../deployment/rules/consumer.ts';
import type { NeededCrl } from './consumer.ts';
import type { Finding } from './finding.ts';

/**
 * `pending`: it has not loaded the published trust, which is not a problem yet. `assumed`: services without a hook loaded trust at
 * their deployment. A severity is that of the finding.
 */
type ConsumerCondition = 'loaded' | 'assumed' | 'pending' | Finding['severity'];

/** A consumer, what it has loaded, and the finding about it. */
export interface ConsumerStatus extends Pick<ConsumerState, 'reload' | 'services'> {
  readonly consumer: string;
  /** Only of one that reloads by itself. */
  readonly everySeconds?: number;
  readonly state: ConsumerCondition;
  readonly loadedAt?: Date;
  readonly bundleSequence?: number;
  /** Expiry of the loaded CRL that expires first. */
  readonly crlEnd?: Date;
  readonly finding?: Finding;
}

/** Decides the state of a consumer. Only what it is known to have loaded counts. */
export function consumerCondition(
  { reload, loaded, pending }: ConsumerState,
  needed: readonly NeededCrl[],
  finding: Finding | undefined,
): ConsumerCondition {
  if (finding !== undefined) return finding.severity;
  if (reload === 'undeclared') return 'assumed';
  const isBehind = needed.some(
    ({ ca, published }) => published !== undefined && (loaded?.crls.get(ca)?.number ?? -1n) < published,
  );
  return loaded === undefined || pending !== undefined || isBehind ? 'pending' : 'loaded';
}
