import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { SCHEDULE_FILES, type Schedule } from '../../../src/config/view/schedule.ts';
import { parseInterval } from '../../../src/time/interval.ts';
import { pkiTemplate, type PkiWorld } from '../../support/pki/pki.ts';
import { describeWith, run } from '../../support/programs.ts';
import { tempDirectory } from '../../support/world/temp-directory.ts';
import { execWords, parseUnit, unitWords, valuesOf, withoutSpecifiers } from '../../support/unit-file.ts';
import { fakeWorld, runSvcauth } from '../../support/world/world.ts';

/** A home that every one of these languages would take apart. */
const AWKWARD = `/srv/it's 50% "of" $HOME; #`;

async function config(...argv: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await runSvcauth(fakeWorld(), ['config', ...argv]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

async function units(...argv: readonly string[]) {
  const [service = '', timer = ''] = (await config('systemd', ...argv)).split('\n# svcauth.timer\n');
  return { service: parseUnit(service), timer: parseUnit(timer) };
}

/** A unit behind its name. */
const parseUnitBelow = (text: string) => parseUnit(text.slice(text.indexOf('\n')));

describe('systemd', () => {
  test('a unit that runs tick on this home, with the passphrase as a credential', async () => {
    const { service, timer } = await units('--home', '/srv/pki', '--every', '6h');
    expect(valuesOf(service, 'Environment')).toEqual(['SVCAUTH_HOME=/srv/pki']);
    expect(valuesOf(service, 'ExecStart')).toEqual(['/usr/local/bin/svcauth tick']);
    expect(valuesOf(service, 'LoadCredential')).toEqual(['svcauth-passphrase:/etc/svcauth/passphrase']);
    expect(valuesOf(service, 'ReadWritePaths')).toEqual(['/srv/pki']);
    expect(valuesOf(timer, 'OnCalendar')).toEqual(['0/6:17']);
    expect(valuesOf(timer, 'Persistent')).toEqual(['true']);
    expect(valuesOf(timer, 'RandomizedDelaySec')).toEqual(['900']);
  });

  test('every path comes out as it went in', async () => {
    const { service } = await units(
      ...['--home', AWKWARD, '--passphrase-file', `${AWKWARD}/p`, '--metrics', `${AWKWARD}/m.prom`],
      ...['--program', `${AWKWARD}/svcauth`, '--write', '/a b', '--write', '/c'],
    );
    expect(valuesOf(service, 'Environment').map(unitWords)).toEqual([[`SVCAUTH_HOME=${AWKWARD}`]]);
    expect(valuesOf(service, 'LoadCredential').map(withoutSpecifiers)).toEqual([`svcauth-passphrase:${AWKWARD}/p`]);
    expect(valuesOf(service, 'ReadWritePaths').map(unitWords)).toEqual([
      [AWKWARD],
      [`-${AWKWARD}`],
      ['-/a b'],
      ['-/c'],
    ]);
    expect(valuesOf(service, 'ExecStart').map(execWords)).toEqual([
      [`${AWKWARD}/svcauth`, 'tick', '--metrics-file', `${AWKWARD}/m.prom`],
    ]);
  });

  test('units for one service each ask first whether it is due, and nothing else waits for that', async () => {
    const texts = (await config('systemd', '--home', '/srv/pki', '--per-service')).split(/^# (?=svcauth\S*\n)/m);
    const [whole, , each, timer] = texts.slice(1).map(parseUnitBelow);
    expect(valuesOf(whole!, 'ExecCondition')).toEqual([]);
    expect(valuesOf(each!, 'ExecCondition')).toEqual(['/usr/local/bin/svcauth due --systemd %i']);
    expect(valuesOf(each!, 'ExecStart')).toEqual(['/usr/local/bin/svcauth renew %i']);
    expect(valuesOf(timer!, 'Persistent')).toEqual(['true']);
  });

  test('root keeps the capabilities that giving files to their owners takes', async () => {
    expect(valuesOf((await units('--user', 'root')).service, 'CapabilityBoundingSet')).toEqual([]);
    expect(valuesOf((await units('--user', 'pki')).service, 'CapabilityBoundingSet')).toEqual(['']);
  });
});

describe('of a PKI that is there', () => {
  let pki: (changes?: Partial<PkiWorld>) => PkiWorld;
  const out = join(tempDirectory(), 'payments');

  beforeAll(async () => {
    pki = await pkiTemplate([], [['issue', 'payments', '--out', out]]);
  });

  test('directories that services have elsewhere are writable, and keys without a passphrase ask for none', async () => {
    const world = pki();
    const yaml = readFileSync(world.home.policy, 'utf8');
    writeFileSync(world.home.policy, yaml.replace('# publishTo: [/srv/www/pki]', 'publishTo: [/srv/www/pki]'));
    const unit = parseUnit((await world.succeed('config', 'systemd')).split('\n# svcauth.timer\n')[0]!);
    expect(valuesOf(unit, 'ReadWritePaths')).toEqual([world.home.directory, '-/srv/www/pki', `-${out}`]);
    expect(valuesOf(unit, 'LoadCredential')).toEqual([]);
    expect(await world.succeed('config', 'cron')).not.toContain('PASSPHRASE');
    expect(await world.succeed('config', 'cron', '--passphrase-file', 'p')).toContain(
      `SVCAUTH_PASSPHRASE_FILE=${world.cwd}/p\n`,
    );
  });
});

/** Lines of a crontab: variables, and runs by their fields. */
function parseCrontab(text: string) {
  const lines = text.split('\n').filter(line => line !== '' && !line.startsWith('#'));
  const variables = lines.flatMap(line => {
    const [, name, value] = /^([A-Z_]+)=(.*)$/.exec(line) ?? [];
    return name === undefined ? [] : [[name, value!] as const];
  });
  const field = String.raw`(\*(?:/\d+)?|\d+)`;
  const runs = lines.flatMap(line => {
    const [, minute, hour, ...rest] = RegExp(`^${Array(5).fill(field).join(' ')} {2}(.*)$`).exec(line) ?? [];
    return minute === undefined ? [] : [{ minute, hour, command: rest.at(-1)! }];
  });
  expect(variables.length + runs.length).toBe(lines.length);
  return { variables: Object.fromEntries(variables), runs };
}

describe('cron', () => {
  test('a crontab of five fields, one variable a line', async () => {
    const { variables, runs } = parseCrontab(await config('cron', '--home', AWKWARD, '--mailto', 'a@example.org'));
    expect(variables).toEqual({
      MAILTO: 'a@example.org',
      PATH: expect.stringContaining('/usr/local/bin') as string,
      SVCAUTH_HOME: AWKWARD,
      SVCAUTH_PASSPHRASE_FILE: '/etc/svcauth/passphrase',
    });
    expect(runs).toEqual([{ minute: '17', hour: '*', command: '/usr/local/bin/svcauth tick' }]);
  });

  test('with a user, and with metrics whose path has a % in it', async () => {
    const { runs } = parseCrontab(await config('cron', '--user', 'pki', '--metrics', '/m/50%.prom'));
    expect(runs.map(({ command }) => command)).toEqual([
      `pki  /usr/local/bin/svcauth tick --metrics-file '/m/50\\%.prom'`,
    ]);
  });
});

describe('CI', () => {
  interface Job {
    readonly steps?: readonly { readonly run?: string }[];
    readonly script?: readonly string[];
    readonly [key: string]: unknown;
  }

  test('GitHub gets a workflow whose plan has no secret and whose runs are one at a time', async () => {
    const text = await config(
      'github-actions',
      '--home',
      AWKWARD,
      '--runner',
      'pki',
      '--services',
      'a b/services.yaml',
    );
    const { env, jobs, on } = parse(text) as {
      readonly on: { readonly schedule: unknown };
      readonly env: unknown;
      readonly jobs: Readonly<Record<'plan' | 'run', Job>>;
    };
    expect(env).toEqual({ SVCAUTH_HOME: AWKWARD });
    expect(on.schedule).toEqual([{ cron: '17 * * * *' }]);
    expect(jobs.plan['env']).toBeUndefined();
    expect(jobs.plan['runs-on']).toBe('pki');
    expect(jobs.plan.steps?.[1]?.run).toBe(`svcauth apply -f 'a b/services.yaml' --dry-run -o github`);
    expect(jobs.run['concurrency']).toBe('svcauth');
    expect(jobs.run['env']).toEqual({ PASSPHRASE: '${{ secrets.SVCAUTH_PASSPHRASE }}' });
  });

  test('the step of the run hands the passphrase over, and not on the command line', async () => {
    const { jobs } = parse(await config('github-actions')) as { readonly jobs: { readonly run: Job } };
    const script = jobs.run.steps!.find(step => step.run?.includes('tick'))!.run!;
    const step = `svcauth() { read -r secret <&3; [ "$secret $*" = 'a b tick --fail-on critical --passphrase-fd 3' ]; }\n${script}`;
    const shell = ['bash', '--noprofile', '--norc', '-eo', 'pipefail', '-c', step] as const;
    expect(await run(shell, { env: { PASSPHRASE: 'a b' } })).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  test('GitLab gets jobs that take turns, and a report whatever the status', async () => {
    const text = await config('gitlab-ci', '--home', '/srv/$HOME', '--secret', 'CA_PASSPHRASE');
    const jobs = parse(text) as Readonly<Record<string, Job>>;
    expect(jobs['variables']).toEqual({ SVCAUTH_HOME: '/srv/$$HOME' });
    expect(jobs['svcauth-plan']?.script).toEqual(['svcauth apply -f services.yaml --dry-run']);
    expect(jobs['svcauth-apply']?.['resource_group']).toBe('svcauth');
    expect(jobs['svcauth-tick']).toMatchObject({
      allow_failure: { exit_codes: 3 },
      artifacts: { when: 'always', reports: { junit: 'svcauth.xml' } },
    });
    const script = `svcauth() { [ "$1" = check ] || return 4; }\n${jobs['svcauth-tick']!.script!.join('\n')}`;
    expect(await run(['bash', '-eo', 'pipefail', '-c', script])).toEqual({ status: 4, stdout: '', stderr: '' });
  });
});

describe('Prometheus', () => {
  interface Rules {
    readonly groups: readonly {
      readonly rules: readonly {
        readonly alert: string;
        readonly expr: string;
        readonly labels: object;
        readonly annotations: { readonly summary: string };
      }[];
    }[];
  }

  test('every rule has a name of its own, a severity and a sentence', async () => {
    const { groups } = parse(await config('prometheus-alerts')) as Rules;
    const rules = groups.flatMap(group => group.rules);
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { expr, labels, annotations } of rules) {
      expect(Object.keys(labels)).toEqual(['severity']);
      expect(annotations.summary).not.toBe('');
      expect(expr.split('(').length).toBe(expr.split(')').length);
    }
  });

  test('nothing but metrics that check writes is asked for', async () => {
    const world = fakeWorld();
    await runSvcauth(world, ['ca', 'init', '--trust-domain', 'example.org', '--key-protection', 'none']);
    await runSvcauth(world, ['issue', 'payments']);
    const { stdout } = await runSvcauth(world, ['check', '--at', '+20d', '-o', 'prometheus']);
    const written = [...stdout.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!);
    const { groups } = parse(await config('prometheus-alerts')) as Rules;
    const asked = groups.flatMap(({ rules }) => rules.flatMap(({ expr }) => expr.match(/(?:x509|svcauth)_\w+/g) ?? []));
    expect(asked.filter(name => !written.includes(name))).toEqual([]);
  });

  test('three runs that did not happen are an alarm', async () => {
    expect(await config('prometheus-alerts', '--every', '15m')).toContain('timestamp_seconds > 2700 or absent(');
  });
});

test('every value of a schedule has a hole, and every hole a value', () => {
  const schedule: Schedule = {
    ...{ home: '/h', interval: parseInterval('--every', '1h'), program: '/p', user: 'u', passphraseFile: '/s' },
    ...{ metrics: '/m', mailto: 'o', writable: ['/w'], runner: 'r', secret: 'S', services: 's', perService: true },
  };
  const templates = new URL('../../../templates/', import.meta.url);
  for (const files of Object.values(SCHEDULE_FILES)) {
    for (const { template, holes } of files(schedule)) {
      const text = readFileSync(new URL(template, templates), 'utf8');
      const wanted = new Set([...text.matchAll(/@([a-z-]+):[a-z]+@/g)].map(([, name]) => name!));
      expect([...wanted].sort(), template).toEqual(Object.keys(holes).sort());
    }
  }
});

describe('--out', () => {
  test('writes each file once, leaves what is the same, and refuses what differs', async () => {
    const world = fakeWorld();
    const directory = join(world.cwd, 'units');
    const first = await runSvcauth(world, ['config', 'systemd', '--out', 'units']);
    expect(first.stdout).toBe(`wrote  ${directory}/svcauth.service\nwrote  ${directory}/svcauth.timer\n`);
    const again = await runSvcauth(world, ['config', 'systemd', '--out', 'units']);
    expect(again.stdout).toBe(`unchanged  ${directory}/svcauth.service\nunchanged  ${directory}/svcauth.timer\n`);
    const other = await runSvcauth(world, ['config', 'systemd', '--every', '1d', '--out', 'units']);
    expect(other).toMatchObject({ status: 2, stdout: '' });
    expect(other.stderr).toContain(`nothing was written: "${directory}/svcauth.timer" exists and differs`);
    const forced = await runSvcauth(world, ['config', 'systemd', '--every', '1d', '--out', 'units', '--force']);
    expect(forced.stdout).toBe(`unchanged  ${directory}/svcauth.service\nwrote  ${directory}/svcauth.timer\n`);
    expect(readdirSync(directory)).toEqual(['svcauth.service', 'svcauth.timer']);
  });
});

describeWith(['systemd-analyze'], 'systemd', () => {
  test.for([
    ['as it is', []],
    [
      'with everything',
      ['--user', 'root', '--metrics', '/m/50% off.prom', '--passphrase-file', '/p', '--every', '15m'],
    ],
    ['for each service', ['--per-service']],
    ['with a calendar of its own', ['--on-calendar', 'Mon..Fri *-*-* 03:30:00 Europe/Berlin']],
  ] as const)('accepts the units, %s', async ([, flags]) => {
    const directory = tempDirectory();
    await config('systemd', '--home', AWKWARD, '--program', process.execPath, '--out', directory, ...flags);
    const files = readdirSync(directory).map(name => join(directory, name));
    expect(await run(['systemd-analyze', 'verify', '--man=no', ...files])).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    });
  });
});

describeWith(['promtool'], 'promtool', () => {
  test('accepts the rules', async () => {
    const directory = tempDirectory();
    await config('prometheus-alerts', '--out', directory);
    expect((await run(['promtool', 'check', 'rules', join(directory, 'svcauth.rules.yml')])).status).toBe(0);
  });
});
