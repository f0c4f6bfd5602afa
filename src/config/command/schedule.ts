// The commands `config systemd`, `cron`, `github-actions`, `gitlab-ci` and `prometheus-alerts`: files that run or monitor svcauth.
// One table holds their options and examples; `view/schedule.ts` chooses templates and values. They change nothing in the home.
import { dirname, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import type { ScheduleTarget } from '../view/schedule.ts';
import { locateHome } from '../../store/home.ts';
import { examples, group, homeFlag, repeatable, type AddCommand } from '../../cli/command.ts';
import { configOutputOptions, writeConfig, type ConfigOutput } from './output.ts';

interface Flags extends ConfigOutput {
  readonly every?: string;
  readonly onCalendar?: string;
  readonly user?: string;
  readonly program?: string;
  readonly passphraseFile?: string;
  readonly metrics?: string;
  readonly write?: readonly string[];
  readonly mailto?: string;
  readonly runner?: string;
  readonly secret?: string;
  readonly services?: string;
  readonly perService?: true;
}

const PASSPHRASE_FILE = '/etc/svcauth/passphrase';
const PROGRAM = '/usr/local/bin/svcauth';

const OPTIONS: Readonly<Record<keyof Omit<Flags, keyof ConfigOutput>, () => Option>> = {
  every: () => new Option('--every <interval>', 'how often svcauth runs: 15m, 1h, 6h, 1d').default('1h'),
  onCalendar: () => new Option('--on-calendar <events>', 'times to run at instead of --every (systemd.time(7))'),
  user: () => new Option('--user <name>', 'user that runs svcauth'),
  program: () => new Option('--program <path>', 'path of svcauth').default(PROGRAM),
  passphraseFile: () =>
    new Option(
      '--passphrase-file <file>',
      `file with the passphrase of the CA keys (default: ${PASSPHRASE_FILE}, if a key is encrypted)`,
    ),
  metrics: () =>
    new Option('--metrics <file>', 'write metrics to this file for the textfile collector of node_exporter'),
  write: () => repeatable('--write <dir>', 'additional directory that hooks and outputs write to'),
  perService: () => new Option('--per-service', 'add units that renew one service each, svcauth-renew@NAME'),
  mailto: () => new Option('--mailto <address>', 'recipient of the output (default: the owner of the crontab)'),
  runner: () => new Option('--runner <name>', 'label or tag of the CI runner on the CA machine').default('svcauth'),
  secret: () =>
    new Option('--secret <name>', 'name of the CI secret with the passphrase').default('SVCAUTH_PASSPHRASE'),
  services: () =>
    new Option('--services <file>', 'path of the services file in the repository').default('services.yaml'),
};

interface Target {
  readonly description: string;
  readonly options: readonly (keyof typeof OPTIONS)[];
  readonly examples: readonly string[];
}

const TARGETS: Readonly<Record<ScheduleTarget, Target>> = {
  systemd: {
    description: 'print a systemd service and a timer that run svcauth',
    options: ['every', 'onCalendar', 'user', 'program', 'passphraseFile', 'metrics', 'write', 'perService'],
    examples: [
      'svcauth config systemd --home /srv/pki --user svcauth',
      'svcauth config systemd --every 15m --out /etc/systemd/system',
    ],
  },
  cron: {
    description: 'print a crontab that runs svcauth; with --user a file for /etc/cron.d',
    options: ['every', 'user', 'program', 'passphraseFile', 'metrics', 'mailto'],
    examples: ['svcauth config cron --mailto pki@example.org', 'svcauth config cron --user svcauth --out /etc/cron.d'],
  },
  'github-actions': {
    description: 'print a GitHub workflow: a plan on pull requests, and scheduled runs',
    options: ['every', 'runner', 'secret', 'services'],
    examples: ['svcauth config github-actions --home /srv/pki --out .github/workflows'],
  },
  'gitlab-ci': {
    description: 'print GitLab jobs: a plan on merge requests, and scheduled runs',
    options: ['every', 'runner', 'secret', 'services'],
    examples: ['svcauth config gitlab-ci --home /srv/pki --runner pki'],
  },
  'prometheus-alerts': {
    description: 'print Prometheus alerts for missing runs, expiring CRLs and certificates, and failed hooks',
    options: ['every'],
    examples: ['svcauth config prometheus-alerts --every 1h --out /etc/prometheus/rules.d'],
  },
};

export const configSchedule =
  (target: ScheduleTarget): AddCommand =>
  (program, world) => {
    const { description, options, examples: lines } = TARGETS[target];
    const command = group(program, 'config').command(target).description(description);
    for (const option of options) command.addOption(OPTIONS[option]());
    examples(configOutputOptions(command), lines);
    command.action(async (flags: Flags) => {
      const { SCHEDULE_FILES } = await import('../view/schedule.ts');
      writeConfig(world, flags, SCHEDULE_FILES[target](await scheduleOf(command, world, flags)));
    });
  };

async function scheduleOf(command: Command, world: World, flags: Flags) {
  const { parseInterval } = await import('../../time/interval.ts');
  const { scheduledPki } = await import('./scheduled-pki.ts');
  const interval = parseInterval('--every', flags.every ?? '1h');
  const user = flags.user === undefined ? undefined : accept('--user', flags.user, /^[a-z_][\w-]*\$?$/i, 'a user name');
  const secret = accept('--secret', flags.secret ?? 'SVCAUTH_PASSPHRASE', /^[a-z_]\w*$/i, 'the name of a variable');
  const calendar =
    flags.onCalendar === undefined
      ? undefined
      : accept('--on-calendar', flags.onCalendar, /^[\w*:.,~/+ -]+$/, 'a calendar event (systemd.time(7))');
  const home = locateHome(world, homeFlag(command));
  const { writable, needsPassphrase } = await scheduledPki(command, world, home);
  const path = (file: string): string => resolve(world.cwd, file);
  const passphraseFile = flags.passphraseFile ?? (needsPassphrase ? PASSPHRASE_FILE : undefined);
  const metrics = flags.metrics === undefined ? undefined : path(flags.metrics);
  return {
    home: home.directory,
    interval,
    program: flags.program ?? PROGRAM,
    writable: [...writable, ...(metrics === undefined ? [] : [dirname(metrics)]), ...(flags.write ?? []).map(path)],
    runner: flags.runner ?? '',
    secret,
    services: flags.services ?? '',
    perService: flags.perService ?? false,
    ...(calendar !== undefined && { calendar }),
    ...(user !== undefined && { user }),
    ...(passphraseFile !== undefined && { passphraseFile: path(passphraseFile) }),
    ...(metrics !== undefined && { metrics }),
    ...(flags.mailto !== undefined && { mailto: flags.mailto }),
  };
}

function accept(flag: string, value: string, grammar: RegExp, expected: string): string {
  if (grammar.test(value)) return value;
  throw failure('ERR_FLAG_VALUE', { flag, value, expected });
}
