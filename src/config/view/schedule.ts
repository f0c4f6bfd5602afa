// Chooses templates and values for a schedule of svcauth: systemd, cron, GitHub Actions, GitLab CI, alert rules of Prometheus.
// `config/command/schedule.ts` calls it. It quotes nothing: `template.ts` does, by the place of each hole.
import { durationText } from '../../time/duration.ts';
import type { Interval } from '../../time/interval.ts';
import type { ConfigFile } from './file.ts';

/** The schedule of one PKI. Paths are absolute. */
export interface Schedule {
  readonly home: string;
  readonly interval: Interval;
  /** Calendar events instead of those of the interval. */
  readonly calendar?: string;
  readonly program: string;
  /** User that runs svcauth. */
  readonly user?: string;
  /** Absent when no key is encrypted. */
  readonly passphraseFile?: string;
  /** Metrics file for node_exporter; absent: none is written. */
  readonly metrics?: string;
  readonly mailto?: string;
  /** Directories outside the home that a run writes to. */
  readonly writable: readonly string[];
  /** The label or tag of a CI runner. */
  readonly runner: string;
  /** Name of the CI secret with the passphrase. */
  readonly secret: string;
  /** The services file, relative to the repository. */
  readonly services: string;
  /** Add units that renew one service each. */
  readonly perService: boolean;
}

export type ScheduleTarget = 'systemd' | 'cron' | 'github-actions' | 'gitlab-ci' | 'prometheus-alerts';

/** The files of each scheduler, and the alerts for missing runs. */
export const SCHEDULE_FILES: Readonly<Record<ScheduleTarget, (schedule: Schedule) => readonly ConfigFile[]>> = {
  systemd: schedule => {
    const units = [unitFiles('svcauth', schedule, WHOLE)];
    if (schedule.perService) units.push(unitFiles('svcauth-renew@', schedule, EACH));
    return units.flat();
  },
  cron: schedule => [{ name: 'svcauth', template: 'svcauth.cron', holes: cronHoles(schedule) }],
  'github-actions': ({ home, interval, runner, secret, services }) => [
    {
      name: 'svcauth.yml',
      template: 'github-actions.yml',
      holes: { home, when: interval.cron, runner, secret, services },
    },
  ],
  'gitlab-ci': ({ home, interval, runner, secret, services }) => [
    {
      name: 'svcauth.gitlab-ci.yml',
      template: 'gitlab-ci.yml',
      holes: { home, when: interval.cron, runner, secret, services },
    },
  ],
  'prometheus-alerts': schedule => [
    { name: 'svcauth.rules.yml', template: 'prometheus-alerts.yml', holes: alertHoles(schedule) },
  ],
};

const some = (value: string | undefined): readonly string[] => (value === undefined ? [] : [value]);

/** Texts of a pair of units; `%i` is the instance, the name of a service. */
const WHOLE = {
  does: 'Renews certificates, refreshes and publishes CRLs, deploys, checks',
  what: 'certificates and CRLs',
  isRenewal: false,
};
const EACH = {
  does: 'Renews and deploys the certificate of one service: systemctl enable --now svcauth-renew@payments.timer',
  what: 'the certificate of %i',
  isRenewal: true,
};

const unitFiles = (stem: string, schedule: Schedule, purpose: typeof WHOLE): readonly ConfigFile[] => [
  { name: `${stem}.service`, template: 'svcauth.service', holes: serviceHoles(schedule, purpose) },
  { name: `${stem}.timer`, template: 'svcauth.timer', holes: timerHoles(schedule, purpose) },
];

/** Chooses one of two lines: with metrics or without. */
const runs = (program: string, metrics: string | undefined) => ({
  program,
  plain: metrics === undefined ? [program] : [],
  metrics: some(metrics),
});

function serviceHoles(schedule: Schedule, { does, what, isRenewal }: typeof WHOLE) {
  const { home, program, user = 'svcauth', passphraseFile, metrics, writable } = schedule;
  return {
    ...{ home, user, does, what },
    environment: `SVCAUTH_HOME=${home}`,
    passphrase: some(passphraseFile),
    ...(isRenewal ? { program, plain: [], metrics: [] } : runs(program, metrics)),
    renewing: isRenewal ? [program] : [],
    // "-": the unit starts even if the directory does not exist yet
    writable: [home, ...writable.map(directory => `-${directory}`)],
    // root needs capabilities to change the owners of files
    capabilities: user === 'root' ? [] : [''],
  };
}

/** Fills the timer. Its delay is up to a tenth of the interval, so machines that share a disk do not start at once. */
const timerHoles = ({ home, interval: { seconds, calendar: usual }, calendar }: Schedule, { what }: typeof WHOLE) => ({
  ...{ home, what },
  every: calendar ?? `every ${durationText(seconds)}`,
  calendar: calendar ?? usual,
  delay: String(Math.min(Math.floor(seconds / 10), 900)),
});

const cronHoles = ({ home, interval, program, user, passphraseFile, metrics, mailto }: Schedule) => ({
  home,
  when: interval.cron,
  // the sixth field of /etc/crontab and /etc/cron.d
  who: user === undefined ? '' : `${user}  `,
  passphrase: some(passphraseFile),
  ...runs(program, metrics),
  mailto: some(mailto),
});

/** An alert waits for one more run, so a problem that the next run ends is none. */
const alertHoles = ({ interval: { seconds } }: Schedule) => ({
  silence: String(3 * seconds),
  patience: durationText(seconds),
});
