// Builds the environment of a hook: what it inherits, what changed, and the facts of its certificate.
// Deployments and reloads call it. It hands no secret on.
import { instantText } from '../../time/instant-text.ts';
import type { PublishedTrust } from '../../record/consumer.ts';
import type { HookEvent } from '../../record/upkeep.ts';

/** The facts that a hook gets about its certificate. */
export interface CertificateFacts {
  readonly service: string;
  readonly serial: string;
  /** The certificate that was deployed before, if it is another one. */
  readonly previousSerial?: string;
  readonly spiffeId: string;
  readonly notAfter: Date;
  /** The `current` link, with the newest files. */
  readonly directory: string;
}

/** The facts that a hook gets about published trust. */
export interface TrustFacts {
  /** `certificate`: new files of a service; `trust`: only the bundle or a CRL changed. */
  readonly event: HookEvent;
  /** Files that its program has not loaded yet: `certificate`, `bundle`, `crl`. */
  readonly changed: readonly string[];
  readonly published: PublishedTrust;
  /** Directory with everything that a verifier needs. */
  readonly publicDirectory: string;
}

/** The variables that a hook inherits: those that programs need, and none that holds a secret or its place. */
const KEPT =
  /^(?:HOME|USER|LOGNAME|LANG|LANGUAGE|LC_[A-Z]+|TZ|TMPDIR|XDG_RUNTIME_DIR|DBUS_SESSION_BUS_ADDRESS|KUBECONFIG)$/;

/** Directories of system programs, also for cron, whose PATH has only two. */
const SYSTEM_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Builds the whole environment of a hook. */
export function hookEnvironment(
  ambient: Readonly<Record<string, string | undefined>>,
  { event, changed, published, publicDirectory }: TrustFacts,
  certificate?: CertificateFacts,
): Readonly<Record<string, string>> {
  const kept = Object.entries(ambient).flatMap(([name, value]) =>
    KEPT.test(name) && value !== undefined ? [[name, value] as const] : [],
  );
  return {
    ...Object.fromEntries(kept),
    PATH: searchPath(ambient.PATH ?? ''),
    SVCAUTH_EVENT: event,
    SVCAUTH_CHANGED: changed.join(' '),
    SVCAUTH_CRLS: [...published.crls].map(([ca, { number }]) => `${ca}:${number}`).join(' '),
    SVCAUTH_BUNDLE_SEQUENCE: String(published.bundleSequence),
    SVCAUTH_PUBLIC: publicDirectory,
    ...(certificate && certificateVariables(certificate)),
  };
}

function certificateVariables({
  service,
  serial,
  previousSerial,
  spiffeId,
  notAfter,
  directory,
}: CertificateFacts): Readonly<Record<string, string>> {
  return {
    SVCAUTH_SERVICE: service,
    SVCAUTH_SERIAL: serial,
    ...(previousSerial !== undefined && { SVCAUTH_PREVIOUS_SERIAL: previousSerial }),
    SVCAUTH_SPIFFE_ID: spiffeId,
    SVCAUTH_NOT_AFTER: instantText(notAfter),
    SVCAUTH_DIR: directory,
  };
}

/** Joins the caller's absolute directories and those of the system; relative ones are left out. */
const searchPath = (ours: string): string =>
  [...new Set([...ours.split(':').filter(directory => directory.startsWith('/')), ...SYSTEM_PATH])].join(':');
