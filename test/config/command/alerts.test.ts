import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pkiTemplate, type PkiWorld } from '../../support/pki/pki.ts';
import { describeWith, run } from '../../support/programs.ts';
import { tempDirectory } from '../../support/world/temp-directory.ts';
import { runSvcauth } from '../../support/world/world.ts';
import { setPolicy } from '../../planted/site.ts';

const DAY = 86_400;

/** Declares that the programs of the services reload changed trust by themselves. */
const declareReload = (world: PkiWorld): void =>
  setPolicy(world, { 'deployment.reload': 'self', 'deployment.every': '1h' });

/** Samples of one day: the value of each series by its name and labels. */
type Samples = ReadonlyMap<string, number>;

const metrics = async (world: PkiWorld): Promise<Samples> => {
  const file = join(world.cwd, 'svcauth.prom');
  await runSvcauth(world, ['tick', '--fail-on', 'never', '--metrics-file', file]);
  const { stdout } = await runSvcauth(world, ['check', '--fail-on', 'never', '-o', 'prometheus']);
  const lines = stdout.split('\n').filter(line => line !== '' && !line.startsWith('#'));
  return new Map(lines.map(line => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]));
};

/** Runs a tick a day, and returns the samples of each. `each`: done before the tick of a day. */
async function lived(
  world: PkiWorld,
  days: number,
  each?: (day: number) => Promise<void>,
): Promise<readonly Samples[]> {
  const samples: Samples[] = [];
  for (let day = 0; day < days; day++) {
    await each?.(day);
    samples.push(await metrics(world));
    world.now = new Date(world.now.getTime() + DAY * 1000);
  }
  return samples;
}

/** Returns the alerts that fire on each day, by the rules for one run a day. */
async function alertsOf(world: PkiWorld, samples: readonly Samples[]): Promise<readonly (readonly string[])[]> {
  const directory = tempDirectory();
  await world.succeed('config', 'prometheus-alerts', '--every', '1d', '--out', directory);
  const start = Math.min(...samples.map(each => each.get('svcauth_last_run_timestamp_seconds')!));
  const names = [...new Set(samples.flatMap(each => [...each.keys()]))].filter(name => name.startsWith('svcauth_'));
  const shifted = (name: string, value: number) => (name.includes('timestamp') ? value - start : value);
  const series = names.map(name => ({
    series: name,
    values: samples.map(each => (each.has(name) ? shifted(name, each.get(name)!) : '_')).join(' '),
  }));
  const alerts = await Promise.all(
    samples.map(async (_, day) => {
      // the one answer of promtool is whether an expectation holds, and what it got instead
      const expectation = {
        expr: 'ALERTS{alertstate="firing"}',
        eval_time: `${day}d`,
        exp_samples: [{ labels: 'none', value: 0 }],
      };
      const tests = [{ interval: '1d', input_series: series, promql_expr_test: [expectation] }];
      const file = join(directory, `day-${day}.yml`);
      writeFileSync(file, JSON.stringify({ rule_files: ['svcauth.rules.yml'], evaluation_interval: '1d', tests }));
      const { stdout, stderr } = await run(['promtool', 'test', 'rules', file], { cwd: directory });
      const got = /got:(.*)/s.exec(`${stdout}${stderr}`.split('exp:').at(-1)!)?.[1] ?? `${stdout}${stderr}`;
      rmSync(file);
      return [...got.matchAll(/alertname="(\w+)"/g)].map(([, name]) => name!);
    }),
  );
  return alerts;
}

describeWith(['promtool'], 'the alerts', () => {
  test('two renewals of every service raise no alert, and change no series', async () => {
    const world = (
      await pkiTemplate(
        [],
        [
          ['issue', 'payments'],
          ['issue', 'ledger'],
        ],
      )
    )();
    declareReload(world);
    const samples = await lived(world, 45);
    const series = samples.map(each => [...each.keys()].sort().join('\n'));
    // a program that reloads by itself has loaded nothing before its first interval has passed
    expect(new Set(series.slice(1)).size).toBe(1);
    expect(series[0]).not.toContain('serial');
    const expiries = samples.map(each => [...each].find(([name]) => /^x509_cert_not_after.*ledger/.test(name))![1]);
    expect(new Set(expiries).size).toBeGreaterThan(2);
    expect(
      (
        await alertsOf(
          world,
          samples.filter((_, day) => day % 5 === 0 || day > 40),
        )
      ).flat(),
    ).toEqual([]);
  });

  test('one certificate that expired is one alert', async () => {
    const world = (await pkiTemplate([], [['issue', 'ledger']]))();
    declareReload(world);
    const [key, request] = ['key.pem', 'request.pem'].map(name => join(world.cwd, name));
    await run([
      'openssl',
      'req',
      '-new',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      ...['-keyout', key!, '-subj', '/CN=remote', '-out', request!],
    ]);
    await world.succeed('issue', 'remote', '--csr', request!);
    const alerts = await alertsOf(world, (await lived(world, 34)).slice(20));
    expect(alerts.at(-1)).toEqual(['SvcauthFindingCritical']);
    expect(alerts.every(each => each.length <= 1)).toBe(true);
  });
});
