import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { scriptedHooks } from '../../support/deployment.ts';
import { pkiTemplate, type PkiWorld } from '../../support/pki/pki.ts';
import { servedSerial } from '../../support/service-state.ts';
import { runSvcauth } from '../../support/world/world.ts';

let fresh: () => PkiWorld;
beforeAll(async () => {
  fresh = await pkiTemplate();
});

const write = (world: PkiWorld, path: string, text: string) => writeFileSync(join(world.cwd, path), text);

describe('-o github', () => {
  test('-o github writes a table to the job summary and escapes markup', async () => {
    const world = fresh();
    world.env = { GITHUB_STEP_SUMMARY: join(world.cwd, 'summary.md') };
    write(world, 'summary.md', 'before\n');
    write(world, 's.yaml', "- service: web\n  tags: {a: '<b>|`c` [d](e)'}\n");
    await world.succeed('apply', '-f', 's.yaml');
    await world.succeed('apply', '-f', 's.yaml', '-o', 'github');
    write(world, 's.yaml', '- web\n');
    await world.succeed('apply', '-f', 's.yaml', '-o', 'github', '--dry-run');
    const summary = readFileSync(join(world.cwd, 'summary.md'), 'utf8');
    expect(summary).toBe(`before
### svcauth apply

s.yaml: nothing to change, 1 unchanged

### svcauth apply --dry-run

| | service | |
|---|---|---|
| would issue | web | spiffe://example.org/web &#40;its configuration changed: tags -a=&#60;b&#62;&#124;&#96;c&#96; &#91;d&#93;&#40;e&#41;&#41; |

s.yaml: 1 to issue

`);
  });

  test('-o github writes paths relative to the repository', async () => {
    const world = fresh();
    mkdirSync(join(world.cwd, 'pki'));
    write(world, 'pki/s.yaml', '- web\n');
    const place = async (...argv: string[]) =>
      (await world.succeed('apply', '--dry-run', '-o', 'github', ...argv)).split(',')[0];
    world.env = { GITHUB_WORKSPACE: world.cwd };
    expect(await place('-f', join(world.cwd, 'pki/s.yaml'))).toBe('::notice file=pki/s.yaml');
    expect(await place('-f', './pki/s.yaml')).toBe('::notice file=pki/s.yaml');
    world.env = { GITHUB_WORKSPACE: join(world.cwd, 'elsewhere') };
    expect(await place('-f', 'pki/s.yaml')).toBe('::notice file=pki/s.yaml');
  });

  test('-o github keeps text that looks like a workflow command inside its line', async () => {
    const world = fresh();
    write(world, 's.yaml', '- "web\\n::set-output name=a::b"\n');
    const { status, stdout } = await runSvcauth(world, ['apply', '-f', 's.yaml', '-o', 'github']);
    expect([status, stdout.split('\n').length]).toEqual([2, 2]);
  });
});

test('a file with mistakes changes no service, not even those without mistakes', async () => {
  const world = fresh();
  write(world, 's.yaml', '- web\n');
  await world.succeed('apply', '-f', 's.yaml');
  const before = await world.manifest(manifest => [...manifest.auditRecords()].length);
  for (const text of ['- api\n- service: web\n  ttl: 1\n', '- api\n- shop: 1\n', '- api\n- [', '\ud800']) {
    write(world, 's.yaml', text);
    for (const more of [[], ['--prune'], ['--dry-run']]) {
      expect((await runSvcauth(world, ['apply', '-f', 's.yaml', ...more])).status).toBe(2);
    }
  }
  expect(await world.manifest(manifest => [...manifest.auditRecords()].length)).toBe(before);
});

test('an orphan that is listed again is declared again', async () => {
  const world = fresh();
  write(world, 's.yaml', '[web, api, db]\n');
  await world.succeed('apply', '-f', 's.yaml');
  write(world, 's.yaml', '[web, api]\n');
  await world.succeed('apply', '-f', 's.yaml', '--prune');
  expect(await world.manifest(manifest => manifest.service('db')?.upkeep)).toEqual({});
  write(world, 's.yaml', '[web, api, db]\n');
  expect(await world.succeed('apply', '-f', 's.yaml')).toContain('issued  db');
  expect(await world.succeed('apply', '-f', 's.yaml')).toBe('s.yaml: nothing to change, 3 unchanged\n');
});

describe('deployment', () => {
  const FILE = `- service: web
  mode: '0640'
  outputs: [{kind: combined-pem, path: haproxy/web.pem}]
  hooks: [[reload, haproxy]]
`;
  const mode = (path: string) => statSync(path).mode & 0o777;

  test('apply writes outputs and runs hooks once', async () => {
    const world = fresh();
    const { calls, runHook } = scriptedHooks();
    world.runHook = runHook;
    write(world, 's.yaml', FILE);
    mkdirSync(join(world.cwd, 'haproxy'));
    await world.succeed('apply', '-f', 's.yaml');
    const output = join(world.cwd, 'haproxy/web.pem');
    expect([mode(output), mode(join(world.home.service('web'), 'current/tls.key'))]).toEqual([0o640, 0o640]);
    expect(calls.map(({ argv }) => argv)).toEqual([['reload', 'haproxy']]);
    expect(await world.succeed('apply', '-f', 's.yaml')).toBe('s.yaml: nothing to change, 1 unchanged\n');
    expect(calls).toHaveLength(1);
  });

  test('deployment settings change without a new certificate', async () => {
    const world = fresh();
    const { calls, runHook } = scriptedHooks();
    world.runHook = runHook;
    write(world, 's.yaml', FILE);
    mkdirSync(join(world.cwd, 'haproxy'));
    await world.succeed('apply', '-f', 's.yaml');
    const serial = servedSerial(world.home.service('web'));
    write(world, 's.yaml', FILE.replace('web.pem', 'site.pem').replace('0640', '0600'));
    expect(await world.succeed('apply', '-f', 's.yaml')).toContain('updated  web  mode 0640 -> 0600, outputs -');
    expect(servedSerial(world.home.service('web'))).toBe(serial);
    expect(mode(join(world.cwd, 'haproxy/site.pem'))).toBe(0o600);
    expect(mode(join(world.home.service('web'), 'current/tls.key'))).toBe(0o600);
    expect(calls).toHaveLength(2);
    expect(await world.succeed('apply', '-f', 's.yaml')).toBe('s.yaml: nothing to change, 1 unchanged\n');
  });

  test('a failed deployment is pending, and each run reports and retries it', async () => {
    const world = fresh();
    const failed = { outcome: 'failed', reason: 'exit status 1' } as const;
    world.runHook = scriptedHooks(failed, failed, failed, {}).runHook;
    mkdirSync(join(world.cwd, 'haproxy'));
    write(world, 's.yaml', FILE);
    for (const expected of ['s.yaml: 1 issued, 1 not deployed', 'not deployed  web']) {
      const { status, stdout, stderr } = await runSvcauth(world, ['apply', '-f', 's.yaml', '--detailed-exitcode']);
      expect([status, stdout]).toEqual([5, expect.stringContaining(expected)]);
      expect(stderr).toContain('exit status 1 [ERR_DEPLOYMENT_PENDING]');
    }
    const { status, stdout } = await runSvcauth(world, ['apply', '-f', 's.yaml', '-o', 'github']);
    expect([status, stdout]).toEqual([
      5,
      expect.stringContaining('::error file=s.yaml,line=1,title=not deployed web::hook 1'),
    ]);
    expect(await world.succeed('apply', '-f', 's.yaml')).toContain('deployed  web');
    expect(await world.succeed('apply', '-f', 's.yaml')).toBe('s.yaml: nothing to change, 1 unchanged\n');
  });

  test('an impossible deployment is refused before anything is issued', async () => {
    const world = fresh();
    write(world, 's.yaml', `${FILE}- service: api\n  outputs: [{kind: credential-bundle, path: haproxy/web.pem}]\n`);
    mkdirSync(join(world.cwd, 'haproxy'));
    const { status, stderr } = await runSvcauth(world, ['apply', '-f', 's.yaml', '--dry-run']);
    expect([status, stderr]).toEqual([2, expect.stringContaining('"web" and "api" would both write')]);
  });
});
