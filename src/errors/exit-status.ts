/** The table of exit statuses, part of the interface: scripts and systemd units depend on them. */
export const EXIT = {
  success: 0,
  unexpected: 1,
  usage: 2,
  warning: 3,
  critical: 4,
  partial: 5,
  busy: 6,
  refused: 7,
  secret: 8,
  integrity: 9,
  changed: 10,
  // a shell reports SIGINT like this: 128 + 2
  interrupted: 130,
} as const;

/** Exit statuses of `check -o nagios`, which follows the convention of Nagios plugins. */
export const NAGIOS_STATUS = { ok: 0, warning: 1, critical: 2, unknown: 3 } as const;

/**
 * Exit statuses of `due --systemd`. systemd skips a unit silently if its ExecCondition exits with 1 to 254, and marks it failed at 255
 * (systemd.service(5)).
 */
export const CONDITION_STATUS = { due: 0, notDue: 11, undecided: 255 } as const;

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT] | (typeof CONDITION_STATUS)[keyof typeof CONDITION_STATUS];

export const EXIT_MEANING: Readonly<Record<keyof typeof EXIT, string>> = {
  success: 'success, or nothing to do',
  unexpected: 'unexpected error',
  usage: 'invalid command line or configuration',
  warning: 'warning: something needs attention soon',
  critical: 'critical: something is broken, expired or rejected',
  partial: 'part of the work failed, or a deployment is pending',
  busy: 'another run holds the lock',
  refused: 'refused by policy or a gate',
  secret: 'missing or wrong passphrase or key',
  integrity: 'manifest, audit log and files disagree',
  changed: 'something changed (only with --detailed-exitcode)',
  interrupted: 'interrupted; run the command again to finish',
};
