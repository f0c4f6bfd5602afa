import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import type { HookEnd } from '../../../src/world/hook-call.ts';
import { scriptedHooks } from '../../support/deployment.ts';
import { pkiTemplate, type PkiWorld } from '../../support/pki/pki.ts';
import { runSvcauth, type FakeWorld } from '../../support/world/world.ts';

let template: (changes?: Partial<FakeWorld>) => PkiWorld;
beforeAll(async () => {
  template = await pkiTemplate();
});

const SUCCEEDED = { outcome: 'succeeded' } as const;
const FAILED = { outcome: 'failed', reason: 'exit status 1' } as const;
const HOOK = ['systemctl', 'reload', 'nginx'];

/** A PKI with one reload hook for every service, and an appliance that an operator reloads. */
async function site() {
  let end: Partial<HookEnd> = SUCCEEDED;
  const world = template({ runHook: call => scriptedHooks(end).runHook(call) });
  const document = parseDocument(readFileSync(world.home.policy, 'utf8'));
  document.setIn(['deployment', 'hooks'], document.createNode([HOOK]));
  document.setIn(['consumers'], document.createNode([{ name: 'appliance', reload: 'manual' }]));
  writeFileSync(world.home.policy, document.toString());
  await world.succeed('issue', 'payments');
  return { world, fails: (does: boolean) => void (end = does ? FAILED : SUCCEEDED) };
}

test.each(['issuing', 'root'])(
  'a %s rotation waits for its consumers, names them, and each remedy opens the gate',
  async tier => {
    const { world, fails } = await site();
    fails(true);
    for (const step of ['prepare', 'publish']) await runSvcauth(world, ['ca', 'rotate', step, '--tier', tier]);
    world.now = new Date(world.now.getTime() + 25 * 3_600_000);
    const activate = () => runSvcauth(world, ['ca', 'rotate', 'activate', '--tier', tier]);
    const hinted = (stderr: string) => /hint: svcauth (reload .*)$/m.exec(stderr)?.[1];
    const first = await activate();
    expect(first).toMatchObject({
      status: 7,
      stderr: expect.stringContaining('missing: systemctl reload nginx, appliance') as string,
    });
    expect(hinted(first.stderr)).toBe("reload 'systemctl reload nginx'");
    fails(false);
    await runSvcauth(world, ['tick']);
    await world.succeed('reload', HOOK.join(' '));
    const second = await activate();
    expect(second).toMatchObject({ status: 7, stderr: expect.stringContaining('missing: appliance') as string });
    expect(hinted(second.stderr)).toBe('reload appliance --done');
    await world.succeed(...hinted(second.stderr)!.split(' '));
    expect(await activate()).toMatchObject({ status: 0 });
  },
);
