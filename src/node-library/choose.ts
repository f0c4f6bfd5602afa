import type { Identity } from './identity.ts';
import { judge, type Judged, type Pair } from './judge.ts';
import { isGood, isProblem, type Problem } from './problem.ts';
import type { Trust } from './trust.ts';

/** The content of the files now, or why they cannot be read. */
export interface Found {
  readonly identity: Identity | Problem;
  readonly trust: Trust | Problem;
}

export interface Choice {
  /** Undefined if nothing valid was ever found. */
  readonly pair: Judged | undefined;
  /** Why some of the files are not in force, and the faults of those that are. */
  readonly problems: readonly Problem[];
}

/**
 * Chooses the files to use. In this order: the new identity and trust; the new trust with the identity in force, so a broken
 * certificate does not delay a revocation; the new identity with the trust in force; the pair in force.
 */
export function choose(found: Found, inForce: Judged | undefined, now: Date): Choice {
  const unreadable = [found.identity, found.trust].filter(isProblem);
  const identity = isProblem(found.identity) ? inForce?.identity : found.identity;
  const trust = isProblem(found.trust) ? inForce?.trust : found.trust;
  if (identity === undefined || trust === undefined) return { pair: undefined, problems: unreadable };
  const pairs: Pair[] = [{ identity, trust }];
  if (inForce !== undefined) {
    pairs.push({ identity: inForce.identity, trust }, { identity, trust: inForce.trust });
  }
  const judged = pairs.map(pair => judge(pair, inForce, now));
  const pair = judged.find<Judged>(isGood);
  const first = judged[0]!;
  const refusal = isProblem(first) ? [first] : [];
  return { pair: pair ?? inForce, problems: [...unreadable, ...refusal, ...(pair?.notes ?? [])] };
}
