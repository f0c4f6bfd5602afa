import { instantText } from '../../time/instant-text.ts';

/** What a hook is told about the certificate that it is run for. */
export interface HookFacts {
  readonly service: string;
  readonly serial: string;
  /** The one that was deployed before, if another one was. */
  readonly previousSerial?: string;
  readonly spiffeId: string;
  readonly notAfter: Date;
  /** Where the newest files are: the `current` link. */
  readonly directory: string;
}

/** What programs need to find their way, and nothing that tells a secret or where one is. */
const KEPT =
  /^(?:HOME|USER|LOGNAME|LANG|LANGUAGE|LC_[A-Z]+|TZ|TMPDIR|XDG_RUNTIME_DIR|DBUS_SESSION_BUS_ADDRESS|KUBECONFIG)$/;

/** For programs of the system, also where cron names only two directories. */
const SYSTEM_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** All that a hook sees of its environment. */
export function hookEnvironment(
  ambient: Readonly<Record<string, string | undefined>>,
  { service, serial, previousSerial, spiffeId, notAfter, directory }: HookFacts,
): Readonly<Record<string, string>> {
  const kept = Object.entries(ambient).flatMap(([name, value]) =>
    KEPT.test(name) && value !== undefined ? [[name, value] as const] : [],
  );
  return {
    ...Object.fromEntries(kept),
    PATH: searchPath(ambient.PATH ?? ''),
    SVCAUTH_SERVICE: service,
    SVCAUTH_SERIAL: serial,
    ...(previousSerial !== undefined && { SVCAUTH_PREVIOUS_SERIAL: previousSerial }),
    SVCAUTH_SPIFFE_ID: spiffeId,
    SVCAUTH_NOT_AFTER: instantText(notAfter),
    SVCAUTH_DIR: directory,
  };
}

/** Ours, then the system's; no directory that depends on where we are. */
const searchPath = (ours: string): string =>
  [...new Set([...ours.split(':').filter(directory => directory.startsWith('/')), ...SYSTEM_PATH])].join(':');
