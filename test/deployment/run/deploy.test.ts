import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { scriptedHooks, setDeployment } from '../../support/deployment.ts';
import { pkiTemplate, type PkiWorld } from '../../support/pki/pki.ts';
import { runSvcauth } from '../../support/world/world.ts';

let fresh: () => PkiWorld;
beforeAll(async () => {
  fresh = await pkiTemplate(
    [],
    [
      ['issue', 'payments'],
      ['issue', 'ledger'],
    ],
  );
});

let world: PkiWorld;
beforeEach(() => {
  world = fresh();
});

const hook = ['systemctl', 'reload', 'haproxy'];
const pem = () => join(world.cwd, 'haproxy', 'payments.pem');
const combined = () => ({ kind: 'combined-pem', path: pem() }) as const;
const deploy = (...argv: readonly string[]) => runSvcauth(world, ['deploy', ...argv]);
const current = (file: string) => readFileSync(join(world.home.service('payments'), 'current', file), 'utf8');
const deployment = (name = 'payments') => world.manifest(manifest => manifest.deployment(name)!);

describe('a pending deployment', () => {
  test('a deployment writes outputs, then runs hooks, then is recorded', async () => {
    const { calls, runHook } = scriptedHooks({});
    world.runHook = async call => {
      expect(readFileSync(pem(), 'utf8')).toBe(current('tls.crt') + current('tls.key'));
      expect(await deployment()).toMatchObject({ state: 'pending' });
      return runHook(call);
    };
    await setDeployment(world, 'payments', {
      outputs: [combined()],
      hooks: [{ argv: hook, timeout: 5 }, { argv: ['true'] }],
    });
    expect(await deploy()).toMatchObject({ status: 0, stderr: '' });
    expect(calls.map(({ argv, limit }) => [argv, limit])).toEqual([
      [hook, 5],
      [['true'], 60],
    ]);
    const { state, serial, deployedSerial } = await deployment();
    expect([state, deployedSerial]).toEqual(['deployed', serial]);
    const [record] = (await world.manifest(manifest => [...manifest.auditRecords()])).slice(-1);
    expect(record).toMatchObject({ action: 'certificate.deployed', detail: { serial, outputs: pem(), hooks: '2' } });
  });

  test('a hook gets the facts of the certificate and a minimal environment', async () => {
    const { calls, runHook } = scriptedHooks({});
    world.runHook = runHook;
    world.env = {
      HOME: '/root',
      SVCAUTH_PASSPHRASE_FILE: '/run/ca',
      CREDENTIALS_DIRECTORY: '/run/c',
      PATH: '.:/opt/bin',
    };
    await setDeployment(world, 'payments', { hooks: [{ argv: hook }] });
    await deploy();
    expect(calls[0]!.env).toEqual({
      HOME: '/root',
      PATH: '/opt/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      SVCAUTH_SERVICE: 'payments',
      SVCAUTH_SERIAL: (await deployment()).serial,
      SVCAUTH_SPIFFE_ID: 'spiffe://example.org/payments',
      SVCAUTH_NOT_AFTER: '2026-12-21T00:00:00Z',
      SVCAUTH_DIR: join(world.home.service('payments'), 'current'),
      SVCAUTH_EVENT: 'certificate',
      SVCAUTH_CHANGED: 'certificate bundle crl',
      SVCAUTH_CRLS: 'root-g1:1795219200 issuing-g1:1795219200',
      SVCAUTH_BUNDLE_SEQUENCE: '1795219200',
      SVCAUTH_PUBLIC: world.home.public.directory,
    });
  });

  test('a deployment with a failing hook stays pending, and each run starts at the first hook', async () => {
    const { calls, runHook } = scriptedHooks(
      {},
      { outcome: 'failed', reason: 'exit status 3', output: 'no\u001b[31m\n' },
      {},
    );
    world.runHook = runHook;
    await setDeployment(world, 'payments', { hooks: [{ argv: ['true'] }, { argv: hook }, { argv: ['never'] }] });
    const { status, stdout, stderr } = await deploy();
    expect(status).toBe(5);
    expect(stdout).toContain('payments: hook 2 failed in 0.0 s: systemctl reload haproxy\n  | no\\u001b[31m\n');
    expect(stderr).toContain('is issued but not deployed: hook 2 ("systemctl reload haproxy"): exit status 3');
    const { state, attempts, problem, hookFailed } = await deployment();
    expect(hookFailed).toBe(true);
    expect([state, attempts, problem]).toEqual(['pending', 1, 'hook 2 ("systemctl reload haproxy"): exit status 3']);
    expect(await world.manifest(manifest => manifest.hookRuns('payments'))).toMatchObject([
      { argv: ['true'], outcome: 'succeeded' },
      { argv: hook, outcome: 'failed', output: 'no\u001b[31m\n' },
    ]);
    expect((await deploy()).status).toBe(0);
    expect(calls.map(({ argv }) => argv[0])).toEqual(['true', 'systemctl', 'true', 'systemctl', 'never']);
    expect(await deployment()).not.toHaveProperty('problem');
  });

  test('a failing deployment does not stop the others', async () => {
    const hooks = scriptedHooks({});
    world.runHook = async call =>
      call.env.SVCAUTH_SERVICE === 'ledger'
        ? { outcome: 'timed-out', reason: 'slow', output: '', duration: 1 }
        : hooks.runHook(call);
    for (const name of ['payments', 'ledger']) await setDeployment(world, name, { hooks: [{ argv: hook }] });
    expect((await deploy()).status).toBe(5);
    expect([(await deployment()).state, (await deployment('ledger')).state]).toEqual(['deployed', 'pending']);
  });

  test('an output that cannot be written is reported, and no hook runs', async () => {
    const { calls, runHook } = scriptedHooks({});
    world.runHook = runHook;
    writeFileSync(join(world.cwd, 'haproxy'), '');
    await setDeployment(world, 'payments', { outputs: [combined()], hooks: [{ argv: hook }] });
    const { status, stderr } = await deploy();
    expect([status, calls]).toEqual([5, []]);
    expect(stderr).toContain('it is not a directory');
  });

  test('a revoked certificate is not deployed', async () => {
    await setDeployment(world, 'payments', { outputs: [combined()] });
    await world.succeed('revoke', 'payments');
    expect((await deploy('payments')).stdout).toBe('payments has no certificate to deploy\n');
    expect(existsSync(pem())).toBe(false);
  });

  test('damaged files of a service are reported', async () => {
    await setDeployment(world, 'payments', { outputs: [combined()] });
    rmSync(join(world.home.service('payments'), 'current', 'tls.key'));
    const { status, stderr } = await deploy();
    expect(status).toBe(5);
    expect(stderr).toContain('are missing or do not match its certificate');
  });
});

describe('a deployed service', () => {
  beforeEach(async () => {
    world.runHook = scriptedHooks({}).runHook;
    await setDeployment(world, 'payments', { outputs: [combined()], hooks: [{ argv: hook }] });
    await deploy();
  });

  const reasons = async (...argv: readonly string[]) => {
    const { stdout } = await deploy('--dry-run', '-o', 'json', ...argv);
    const { services } = JSON.parse(stdout) as { services: { service: string; reasons: { name: string }[] }[] };
    return services.flatMap(({ service, reasons: found }) => found.map(({ name }) => `${service} ${name}`));
  };

  test('a second deployment does nothing', async () => {
    const { calls, runHook } = scriptedHooks({});
    world.runHook = runHook;
    expect(await deploy()).toMatchObject({ status: 0, stdout: 'nothing to deploy: no deployment is pending\n' });
    expect((await deploy('--all')).stdout).toMatch(/^ledger .* unchanged$[^]*^payments .* unchanged$/m);
    expect(calls).toEqual([]);
  });

  test.each<[string, string, () => void]>([
    ['is missing', 'output-missing', () => rmSync(pem())],
    ['was changed', 'output-differs', () => writeFileSync(pem(), 'other')],
    ['is readable by everyone', 'output-differs', () => chmodSync(pem(), 0o644)],
    [
      'became a link',
      'output-differs',
      () => {
        rmSync(pem());
        symlinkSync('/etc/passwd', pem());
      },
    ],
  ])('an output that %s is repaired if its service is named', async (_, reason, damage) => {
    damage();
    expect(await reasons()).toEqual([]);
    expect(await reasons('--all')).toEqual([`payments ${reason}`]);
    const { calls, runHook } = scriptedHooks({});
    world.runHook = runHook;
    expect((await deploy('payments')).status).toBe(0);
    expect(calls).toHaveLength(1);
    expect(lstatSync(pem()).mode & 0o777).toBe(0o600);
    expect(readFileSync(pem(), 'utf8')).toBe(current('tls.crt') + current('tls.key'));
    expect(await reasons('--all')).toEqual([]);
  });

  test('a lost current link and the mode of a key are repaired', async () => {
    const directory = world.home.service('payments');
    chmodSync(join(directory, 'current', 'tls.key'), 0o640);
    expect(await reasons('payments')).toEqual(['payments key-readable']);
    rmSync(join(directory, 'current'));
    expect(await reasons('payments')).toEqual(['payments not-switched', 'payments key-readable']);
    expect((await deploy('payments')).status).toBe(0);
    expect(lstatSync(join(directory, 'current', 'tls.key')).mode & 0o777).toBe(0o600);
    rmSync(join(directory, 'current'));
    mkdirSync(join(directory, 'current'));
    expect((await deploy('payments')).stderr).toContain('was not created by svcauth');
    expect((await deployment()).state).toBe('pending');
  });

  test('--force deploys the named services again', async () => {
    const { calls, runHook } = scriptedHooks({});
    world.runHook = runHook;
    const before = lstatSync(pem()).ino;
    expect(await deploy('--force')).toMatchObject({ status: 2 });
    expect((await deploy('pay*', '--force')).status).toBe(0);
    expect(calls).toHaveLength(1);
    expect(lstatSync(pem()).ino).not.toBe(before);
  });
});

test('a key has its owner and group from the moment it has its name', async context => {
  context.skip(process.getuid?.() !== 0, 'only root gives files away');
  const output = { ...combined(), owner: '1234', mode: 0o400 };
  await setDeployment(world, 'payments', { owner: 'nobody', group: '5678', mode: 0o640, outputs: [output] });
  expect((await deploy()).status).toBe(0);
  const access = (path: string) => {
    const { uid, gid, mode } = lstatSync(path);
    return [uid, gid, (mode & 0o777).toString(8)];
  };
  const directory = join(world.home.service('payments'), 'current');
  expect(access(join(directory, 'tls.key'))).toEqual([65534, 5678, '640']);
  expect(access(join(directory, 'tls.crt'))).toEqual([65534, 5678, '644']);
  expect(access(pem())).toEqual([1234, 5678, '400']);
});
