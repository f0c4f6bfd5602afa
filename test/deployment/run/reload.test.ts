import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { pkiTemplate, type PkiWorld } from '../../support/pki/pki.ts';
import type { HookCall } from '../../../src/world/hook-call.ts';
import { runSvcauth } from '../../support/world/world.ts';
import { setPolicy } from '../../planted/site.ts';

let template: Awaited<ReturnType<typeof pkiTemplate>>;
beforeAll(async () => {
  template = await pkiTemplate();
});

interface Site {
  readonly world: PkiWorld;
  readonly calls: HookCall[];
  /** Commands that fail, by their first word. */
  readonly failing: Set<string>;
  readonly wait: (days: number) => void;
}

/** Makes a PKI whose policy has these values, with hooks that are recorded. */
function site(policy: Readonly<Record<string, unknown>>): Site {
  const calls: HookCall[] = [];
  const failing = new Set<string>();
  const world = template({
    runHook: async call => {
      calls.push(call);
      const fails = failing.has(call.argv[0]!);
      return {
        outcome: fails ? 'failed' : 'succeeded',
        output: fails ? 'no such unit' : '',
        duration: 1,
        ...(fails && { reason: 'exit status 3' }),
      };
    },
  });
  setPolicy(world, policy);
  const wait = (days: number) => void (world.now = new Date(world.now.getTime() + days * 86_400_000));
  return { world, calls, failing, wait };
}

const commands = (calls: readonly HookCall[]): readonly string[] =>
  calls.map(({ argv, env }) => `${argv.join(' ')} [${env.SVCAUTH_EVENT}: ${env.SVCAUTH_CHANGED}]`);

describe('a hook runs for changed trust', () => {
  test('the program of a service whose own certificate is revoked loads the CRL', async () => {
    const { world, calls } = site({});
    writeFileSync(join(world.cwd, 'services.yaml'), 'services: [{service: web, hooks: [[reload-web]]}]');
    await world.succeed('apply', '-f', 'services.yaml');
    await world.succeed('tick');
    calls.length = 0;
    await world.succeed('revoke', 'web', '--reason', 'keyCompromise');
    expect(commands(calls)).toEqual(['reload-web [trust: crl]']);
  });

  test('the program of a service that a revocation ended is not a consumer', async () => {
    const { world, calls } = site({});
    writeFileSync(join(world.cwd, 'services.yaml'), 'services: [{service: web, hooks: [[reload-web]]}]');
    await world.succeed('apply', '-f', 'services.yaml');
    await world.succeed('tick');
    calls.length = 0;
    await world.succeed('revoke', 'web', '--reason', 'cessationOfOperation');
    expect(calls).toEqual([]);
  });

  test('a command that uses no variable of a service runs once for all of them', async () => {
    const { world, calls, wait } = site({ 'deployment.hooks': [['reload-server']] });
    for (const name of ['a', 'b', 'c']) await world.succeed('issue', name);
    await world.succeed('tick');
    calls.length = 0;
    await world.succeed('tick');
    expect(calls).toEqual([]);
    wait(4);
    await world.succeed('tick');
    expect(commands(calls)).toEqual(['reload-server [trust: crl]']);
    await world.succeed('tick');
    expect(calls).toHaveLength(1);
  });

  test('revoke publishes and reloads in the same run', async () => {
    const { world, calls } = site({ 'deployment.hooks': [['reload-server']] });
    const docroot = join(world.cwd, 'docroot');
    mkdirSync(docroot);
    setPolicy(world, { 'crl.publishTo': [docroot] });
    for (const name of ['a', 'b']) await world.succeed('issue', name);
    await world.succeed('tick');
    calls.length = 0;
    const text = await world.succeed('revoke', 'b');
    expect(text).toContain(`published  ${docroot}\nreloaded  reload-server  1 service  crl\n`);
    expect(commands(calls)).toEqual(['reload-server [trust: crl]']);
  });

  test('a hook that fails is pending, is retried, and gives exit status 5', async () => {
    const { world, calls, failing, wait } = site({ 'deployment.hooks': [['reload-server']] });
    await world.succeed('issue', 'a');
    await world.succeed('tick');
    failing.add('reload-server');
    wait(4);
    const first = await runSvcauth(world, ['tick']);
    expect([first.status, first.stderr]).toEqual([5, expect.stringContaining('[ERR_RELOAD_PENDING]')]);
    expect((await runSvcauth(world, ['tick'])).status).toBe(5);
    failing.clear();
    calls.length = 0;
    await world.succeed('tick');
    expect(commands(calls)).toEqual(['reload-server [trust: crl]']);
  });

  test('a service that gets a new certificate loads changed trust with the same run of its hook', async () => {
    const { world, calls, wait } = site({ 'deployment.hooks': [['reload-server']] });
    await world.succeed('issue', 'a');
    await world.succeed('tick');
    calls.length = 0;
    wait(20);
    await world.succeed('tick');
    expect(commands(calls)).toEqual(['reload-server [certificate: certificate crl]']);
  });

  test('a script that reads a variable of its service runs for each service', async () => {
    const { world, calls, wait } = site({});
    const script = join(world.cwd, 'hook.sh');
    writeFileSync(script, '#!/bin/sh\nsystemctl reload "$SVCAUTH_SERVICE"\n');
    setPolicy(world, { 'deployment.hooks': [[script]] });
    for (const name of ['a', 'b']) await world.succeed('issue', name);
    await world.succeed('tick');
    calls.length = 0;
    wait(4);
    await world.succeed('tick');
    expect(calls.map(({ env }) => env.SVCAUTH_SERVICE)).toEqual(['a', 'b']);
  });

  test('a hook for certificates only is not run for trust, and one for trust only is not run for certificates', async () => {
    const { world, calls, wait } = site({
      'deployment.hooks': [
        { argv: ['restart'], on: ['certificate'] },
        { argv: ['reload'], on: ['trust'] },
      ],
    });
    await world.succeed('issue', 'a');
    expect(commands(calls)).toEqual(['restart [certificate: certificate]']);
    await world.succeed('tick');
    wait(4);
    await world.succeed('tick');
    expect(commands(calls).slice(1)).toEqual(['reload [trust: bundle crl]', 'reload [trust: crl]']);
  });
});

describe('a hook delays and loses nothing', () => {
  test('another run revokes and reloads while the hook of a tick hangs', async () => {
    const { world, calls, wait } = site({ 'deployment.hooks': [['reload-server']] });
    for (const name of ['a', 'b']) await world.succeed('issue', name);
    await world.succeed('tick');
    wait(4);
    const { runHook } = world;
    let revoked: Awaited<ReturnType<typeof runSvcauth>> | undefined;
    world.runHook = async call => {
      world.runHook = runHook;
      // while this hook runs, the lock is free
      revoked = await runSvcauth({ ...world, runHook }, ['revoke', 'b', '--lock-wait', '0s']);
      return runHook(call);
    };
    calls.length = 0;
    await runSvcauth(world, ['tick']);
    expect([revoked?.status, revoked?.stderr]).toEqual([0, '']);
    expect(commands(calls)).toEqual(['reload-server [trust: crl]', 'reload-server [trust: crl]']);
    // the tick loaded older trust than the revocation, and does not hide that the other run loaded it
    calls.length = 0;
    await runSvcauth(world, ['tick']);
    expect(calls).toEqual([]);
  });

  test('another run revokes while the hook for a new certificate hangs', async () => {
    const { world } = site({ 'deployment.hooks': [{ argv: ['reload-server'], on: ['certificate'] }] });
    for (const name of ['a', 'b']) await world.succeed('issue', name);
    const { runHook } = world;
    let revoked: Awaited<ReturnType<typeof runSvcauth>> | undefined;
    world.runHook = async call => {
      world.runHook = runHook;
      revoked = await runSvcauth({ ...world, runHook }, ['revoke', 'b', '--lock-wait', '0s']);
      return runHook(call);
    };
    await world.succeed('renew', 'a', '--force');
    expect([revoked?.status, revoked?.stderr]).toEqual([0, '']);
  });

  test('the next tick runs the hook of a run that was killed between publication and hook', async () => {
    const { world, calls } = site({ 'deployment.hooks': [['reload-server']] });
    for (const name of ['a', 'b']) await world.succeed('issue', name);
    await world.succeed('tick');
    calls.length = 0;
    await runSvcauth(world, ['revoke', 'b', '--no-publish']);
    expect(calls).toEqual([]);
    await runSvcauth(world, ['tick']);
    expect(commands(calls)).toEqual(['reload-server [trust: crl]']);
  });

  test('a run that was killed while its hook ran has loaded nothing', async () => {
    const { world, calls, wait } = site({ 'deployment.hooks': [['reload-server']] });
    await world.succeed('issue', 'a');
    await world.succeed('tick');
    wait(4);
    const { runHook } = world;
    world.runHook = () => Promise.reject(new Error('killed'));
    await runSvcauth(world, ['tick']);
    world.runHook = runHook;
    calls.length = 0;
    // the claim of the killed run ends with the time limit of its hook
    wait(0.01);
    await world.succeed('tick');
    expect(commands(calls)).toEqual(['reload-server [trust: crl]']);
  });
});

describe('the trust of a service follows', () => {
  test('a ConfigMap with bundle and CRLs is written again when a CRL changed', async () => {
    const { world, calls, wait } = site({});
    const list = join(world.cwd, 'services.yaml');
    writeFileSync(
      list,
      'services:\n  - service: web\n    outputs: [{kind: kubernetes-trust, path: trust.yaml, namespace: shop}]\n    hooks: [[kubectl, apply]]\n',
    );
    await world.succeed('apply', '-f', list);
    await world.succeed('tick');
    const before = readFileSync(join(world.cwd, 'trust.yaml'), 'utf8');
    expect(before).toContain('kind: ConfigMap\nmetadata:\n  name: web\n  namespace: shop\n');
    expect(before).toContain('  crl-bundle.pem: |\n    -----BEGIN X509 CRL-----\n');
    wait(4);
    calls.length = 0;
    await world.succeed('tick');
    expect(readFileSync(join(world.cwd, 'trust.yaml'), 'utf8')).not.toBe(before);
    expect(commands(calls)).toEqual(['kubectl apply [trust: crl]']);
  });
});
