// Declares what a program that uses published trust has loaded of it: CRL numbers and the sequence of the bundle. Types only.
// The manifest stores it, deployment records it after a hook succeeded, monitoring and the gates of a rotation read it.

/** A CRL as it was published. */
export interface LoadedCrl {
  readonly number: bigint;
  readonly nextUpdate: Date;
}

/** The trust that verifiers get from the published directories. It is the older content where directories differ. */
export interface PublishedTrust {
  /** `spiffe_sequence` of the bundle; 0 where a directory has none. */
  readonly bundleSequence: number;
  /** By id of the CA; a CRL that a directory lacks is absent. */
  readonly crls: ReadonlyMap<string, LoadedCrl>;
  /** SHA-256 over the bundles and CRL numbers of every directory, hex: differs when any of them changed. */
  readonly fingerprint: string;
}

/** Published trust with the time at which it was first seen. */
export interface TrustState extends PublishedTrust {
  /** Number from 1 on; later states have higher numbers. */
  readonly id: number;
  readonly at: Date;
}

/** The record of one consumer. */
export interface ConsumerRecord {
  /** Stable key: see `deployment/rules/consumer.ts`. */
  readonly id: string;
  /** Absent: it never loaded any. */
  readonly loaded?: { readonly at: Date; readonly state: number };
  /** Failed runs of its hooks since the last success; absent: none. */
  readonly attempts?: number;
  /** Why the last run failed. */
  readonly problem?: string;
  /** End of the output of the hook that failed. Only accounts that may read the manifest may see it. */
  readonly output?: string;
  /** A run has started its hooks for the trust of `state`, and they end by `until`; absent: none has. */
  readonly claim?: { readonly state: number; readonly until: Date };
}

/** Services with the same settings and the same loaded trust. */
export interface ServiceGroup {
  /** Their own hooks as JSON; absent: those of the policy. */
  readonly hooks?: string;
  readonly reload?: string;
  /** Seconds. */
  readonly every?: number;
  /** Number of the trust state of their last deployment; absent: deployed before it was recorded. */
  readonly state?: number;
  readonly services: number;
  /** First of them, by name. */
  readonly first: string;
  /** Earliest of their last deployments. */
  readonly since: Date;
}
