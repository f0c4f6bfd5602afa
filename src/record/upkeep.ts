// Defines the upkeep of a service: its renewal, its outputs, its hooks and the owners of its files. Types only.
// Flags and the services file are read into it, the manifest stores it, and renewal and deployment follow it.
import type { Threshold } from '../time/duration.ts';

/**
 * How a service is renewed and deployed: no verifier sees it, and a change of it issues nothing. Absent parts follow the policy.
 */
export interface Upkeep {
  /** `apply` manages it: missing from the services file it is an orphan. */
  readonly declared?: true;
  readonly renewal?: RenewalSpec;
  readonly deployment?: DeploymentSpec;
}

export interface RenewalSpec {
  /** The share of the lifetime that is used, or the time that is left, when it is due; without jitter. */
  readonly threshold?: Threshold;
  readonly window?: RenewalWindow;
  /** Seconds after which a superseded certificate is revoked with reason `superseded`; absent: never. */
  readonly overlap?: number;
}

/** When renewing is welcome. It never lets a certificate expire. */
export interface RenewalWindow {
  /** Five fields (POSIX crontab): when it opens. */
  readonly cron: string;
  /** IANA name. */
  readonly timezone: string;
  /** Seconds that it stays open. */
  readonly duration: number;
}

export interface DeploymentSpec {
  /** Name or number, as written; absent: ours. Of the service's directory and of every output that says nothing else. */
  readonly owner?: string;
  readonly group?: string;
  /** Permission bits of what holds a private key; absent: 0600. */
  readonly mode?: number;
  readonly outputs: readonly OutputSpec[];
  /** In this order. Absent: the policy's; empty: none. */
  readonly hooks?: readonly HookSpec[];
}

/** `combined-pem`: certificates, then key (HAProxy). `credential-bundle`: key first. */
export type OutputKind = 'combined-pem' | 'credential-bundle' | 'kubernetes-secret' | 'pkcs12';

/** A further file that the newest certificate is written to. */
export interface OutputSpec {
  readonly kind: OutputKind;
  /** Absolute. */
  readonly path: string;
  readonly owner?: string;
  readonly group?: string;
  readonly mode?: number;
  /** `kubernetes-secret`: metadata; the name is the service's when absent. */
  readonly name?: string;
  readonly namespace?: string;
  /** `pkcs12`: the file that holds its passphrase; absolute. */
  readonly passphraseFile?: string;
}

/** Run without a shell after a deployment; the deployment is pending until it succeeds. */
export interface HookSpec {
  /** Not empty; the program is an absolute path, or a name that is looked for on the PATH. */
  readonly argv: readonly string[];
  /** Seconds; absent: the policy's. */
  readonly timeout?: number;
}
