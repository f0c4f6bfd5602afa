// Defines the upkeep of a service: its renewal, its outputs, its hooks and the owners of its files. Types only.
// Flags and the services file are read into it, the manifest stores it, and renewal and deployment follow it.
import type { Threshold } from '../time/duration.ts';

/** Settings for renewal and deployment. They are not in the certificate, so a change issues nothing. Absent parts follow the policy. */
export interface Upkeep {
  /** True when `apply` manages it: without an entry in the services file it is an orphan. */
  readonly declared?: true;
  readonly renewal?: RenewalSpec;
  readonly deployment?: DeploymentSpec;
  /** Addresses on which it serves its certificate over TLS, `host:port`; a run probes them. Absent: none is known. */
  readonly listen?: readonly string[];
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
  /** How the program loads changed trust, if not by a hook. Its hooks then run for certificates only. */
  readonly reload?: ReloadKind;
  /** Seconds from one reload to the next; only for `self`. */
  readonly every?: number;
}

/**
 * How a program loads changed trust without a hook. `self`: it reads the files again after an interval; `manual`: an operator reloads
 * it and says so; `none`: it loads neither the bundle nor a CRL.
 */
export const RELOADS = ['self', 'manual', 'none'] as const;
export type ReloadKind = (typeof RELOADS)[number];

/** An event that runs a hook. `trust`: the published bundle or CRLs changed. */
export const HOOK_EVENTS = ['certificate', 'trust'] as const;
export type HookEvent = (typeof HOOK_EVENTS)[number];

/**
 * `combined-pem`: certificates, then key (HAProxy). `credential-bundle`: key first. `kubernetes-trust`: a ConfigMap with the published
 * bundle and CRLs, and no key.
 */
export type OutputKind = 'combined-pem' | 'credential-bundle' | 'kubernetes-secret' | 'kubernetes-trust' | 'pkcs12';

/** A further file with the newest certificate. */
export interface OutputSpec {
  readonly kind: OutputKind;
  /** Absolute path. */
  readonly path: string;
  readonly owner?: string;
  readonly group?: string;
  readonly mode?: number;
  /** Name in the metadata of a `kubernetes-secret` or `kubernetes-trust`; absent: the name of the service. */
  readonly name?: string;
  readonly namespace?: string;
  /** Absolute path of the file with the passphrase of a `pkcs12`. */
  readonly passphraseFile?: string;
}

/** A program to run without a shell after a deployment or after changed trust, which are pending until it succeeds. */
export interface HookSpec {
  /** Program and arguments, not empty. The program is an absolute path, or a name that is searched on the PATH. */
  readonly argv: readonly string[];
  /** Timeout in seconds; absent: that of the policy. */
  readonly timeout?: number;
  /** Events that run it; absent: both. */
  readonly on?: readonly HookEvent[];
}

/** A program that loads published trust and is not a service of this PKI; from svcauth.yaml. */
export type ConsumerSpec = { readonly name: string } & (
  | { readonly hooks: readonly HookSpec[] }
  | { readonly reload: 'self'; readonly every: number }
  | { readonly reload: 'manual' }
);
