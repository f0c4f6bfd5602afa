/**
 * State of a service's deployment. It is pending until the `current` link names the serial, every output has the certificate and
 * every hook has succeeded. A certificate can be issued and not deployed.
 */
export interface Deployment {
  readonly service: string;
  readonly serial: string;
  readonly directory: string;
  readonly state: 'pending' | 'deployed';
  readonly updatedAt: Date;
  /** Serial of the last completed deployment: this serial, or the one before while pending. */
  readonly deployedSerial?: string;
  /** Failed attempts to deploy this serial since the last success; absent: none. */
  readonly attempts?: number;
  /** Reason why the last attempt failed; absent when it did not. */
  readonly problem?: string;
  /** True when a hook failed and everything else in the last attempt succeeded. */
  readonly hookFailed?: boolean;
  /** Number of the trust state that was published when it was deployed; a later row without it keeps it. */
  readonly loadedState?: number;
  /** True while only the anchors of its files changed: outputs follow, and consumers are reloaded for the changed trust. */
  readonly trustOnly?: boolean;
  /** A run has started its hooks, which end by then; absent: none has. */
  readonly claimedUntil?: Date;
  /** Number of changes of this row; the manifest counts. */
  readonly revision?: number;
}

/** The last run of one hook of a service. */
export interface HookRun {
  readonly argv: readonly string[];
  /** Serial of the certificate that the hook ran for. */
  readonly serial: string;
  readonly at: Date;
  /** Duration in milliseconds. */
  readonly duration: number;
  readonly outcome: 'succeeded' | 'failed' | 'timed-out';
  /** Last 4 KiB or less of both output streams. Only accounts that may read the manifest may see it. */
  readonly output: string;
}
