/**
 * Issued and deployed are two facts: a deployment is pending until the `current` link names its serial, every output holds it and
 * every hook has succeeded.
 */
export interface Deployment {
  readonly service: string;
  readonly serial: string;
  readonly directory: string;
  readonly state: 'pending' | 'deployed';
  readonly updatedAt: Date;
  /** The last one whose deployment was completed: this serial, or the one before while pending. */
  readonly deployedSerial?: string;
  /** Failed attempts to deploy this serial since it last succeeded; absent: none. */
  readonly attempts?: number;
  /** What the last attempt failed of, in words; absent when none failed. */
  readonly problem?: string;
  /** The last attempt did everything but a hook, which failed. */
  readonly hookFailed?: boolean;
}

/** The last run of one hook of a service. */
export interface HookRun {
  readonly argv: readonly string[];
  /** The certificate that it was run for. */
  readonly serial: string;
  readonly at: Date;
  /** Milliseconds. */
  readonly duration: number;
  readonly outcome: 'succeeded' | 'failed' | 'timed-out';
  /** The end of what it wrote to both streams, at most 4 KiB. Whatever it said: only for the eyes of who may read the manifest. */
  readonly output: string;
}
