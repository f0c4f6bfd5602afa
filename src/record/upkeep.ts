// Defines the upkeep of a service: its renewal, its outputs, its hooks and the owners of its files. Types only.
// Flags and the services file are read into it, the manifest stores it, and renewal and deployment follow it.
import type { Threshold } from '../time/duration.ts';

/** Settings for renewal and deployment. They are not in the certificate, so a change issues nothing. Absent parts follow the policy. */
export interface Upkeep {
  /** True when `apply` manages it: without an entry in the services file it is an orphan. */
  readonly declared?: true;
  readonly renewal?: RenewalSpec;
  readonly deployment?: DeploymentSpec;
}

export interface RenewalSpec {
  /** Share of the lifetime used, or time left, at which renewal is due; without jitter. */
  readonly threshold?: Threshold;
  readonly window?: RenewalWindow;
  /** Seconds after which a superseded certificate is revoked with reason `superseded`; absent: never. */
  readonly overlap?: number;
}

/** Preferred times for renewal. A certificate that would expire before the window is renewed anyway. */
export interface RenewalWindow {
  /** Five fields (POSIX crontab) for the times when the window opens. */
  readonly cron: string;
  /** IANA time zone name. */
  readonly timezone: string;
  /** Length of the window in seconds. */
  readonly duration: number;
}

export interface DeploymentSpec {
  /** Name or number, as written; absent: ours. It applies to the service's directory and to outputs without their own owner. */
  readonly owner?: string;
  readonly group?: string;
  /** Permission bits of files with a private key; absent: 0600. */
  readonly mode?: number;
  readonly outputs: readonly OutputSpec[];
  /** Hooks in their order. Absent: those of the policy; empty: none. */
  readonly hooks?: readonly HookSpec[];
}

/** `combined-pem`: certificates, then key (HAProxy). `credential-bundle`: key first. */
export type OutputKind = 'combined-pem' | 'credential-bundle' | 'kubernetes-secret' | 'pkcs12';

/** A further file with the newest certificate. */
export interface OutputSpec {
  readonly kind: OutputKind;
  /** Absolute path. */
  readonly path: string;
  readonly owner?: string;
  readonly group?: string;
  readonly mode?: number;
  /** Name in the metadata of a `kubernetes-secret`; absent: the name of the service. */
  readonly name?: string;
  readonly namespace?: string;
  /** Absolute path of the file with the passphrase of a `pkcs12`. */
  readonly passphraseFile?: string;
}

/** A program to run without a shell after a deployment, which is pending until it succeeds. */
export interface HookSpec {
  /** Program and arguments, not empty. The program is an absolute path, or a name that is searched on the PATH. */
  readonly argv: readonly string[];
  /** Timeout in seconds; absent: that of the policy. */
  readonly timeout?: number;
}
