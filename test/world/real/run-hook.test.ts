import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { runHook } from '../../../src/world/real/run-hook.ts';
import { tempDirectory } from '../../support/world/temp-directory.ts';
import type { HookCall } from '../../../src/world/hook-call.ts';

const run = (argv: readonly string[], changes: Partial<HookCall> = {}) =>
  runHook({ argv, env: { PATH: '/usr/bin:/bin' }, limit: 20, ...changes }, process);
const shell = (script: string, changes: Partial<HookCall> = {}) => run(['sh', '-c', script], changes);

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    // a zombie: its parent may not have waited for it yet
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

describe('a hook', () => {
  test('a hook gets its arguments unchanged, without a shell', async () => {
    const end = await run(['printf', '%s|', 'a b', '$HOME', '*', ';']);
    expect(end).toMatchObject({ outcome: 'succeeded', output: 'a b|$HOME|*|;|' });
  });

  test('a hook has only the environment that it is given', async () => {
    process.env.SECRET_OF_OURS = 'hunter2';
    const { output } = await run(['env'], { env: { PATH: '/usr/bin:/bin', SVCAUTH_SERVICE: 'payments' } });
    delete process.env.SECRET_OF_OURS;
    expect(output.trim().split('\n').sort()).toEqual(['PATH=/usr/bin:/bin', 'SVCAUTH_SERVICE=payments']);
  });

  test('a hook runs in / with an empty standard input', async () => {
    expect(await shell('cat; pwd')).toMatchObject({ outcome: 'succeeded', output: '/\n' });
  });

  test('the last 4 KiB of both output streams are kept, in whole characters', async () => {
    expect((await shell('echo out; echo err >&2')).output).toBe('out\nerr\n');
    const { output } = await shell(`i=0; while [ $i -lt 3000 ]; do printf 'äö'; i=$((i+1)); done; printf x`);
    expect(output).toMatch(/^[äö]+x$/);
    expect(Buffer.byteLength(output)).toBe(4095);
  });

  test.each([
    ['sh', ['-c', 'exit 3'], 'exit status 3'],
    ['sh', ['-c', 'kill -SEGV $$'], 'it was ended by SIGSEGV'],
    ['no-such-program', [], 'it cannot be started (ENOENT)'],
    ['/etc/passwd', [], 'it cannot be started (EACCES)'],
  ])('a hook that fails has a reason: %s %j', async (program, args, reason) => {
    expect(await run([program, ...args])).toMatchObject({ outcome: 'failed', reason });
  });
});

describe('at its limit a hook is ended', () => {
  test('a hook at its time limit is ended with everything it started', async () => {
    const { outcome, reason, output } = await shell('sleep 60 & echo $!; wait', { limit: 0.3 });
    expect({ outcome, reason }).toEqual({ outcome: 'timed-out', reason: 'stopped after 0.3 s' });
    await sleep(50);
    expect(isAlive(Number(output))).toBe(false);
  });

  test('a hook that ignores SIGTERM is ended too', async () => {
    const { outcome, output } = await shell(`trap '' TERM; echo $$; while :; do sleep 1; done`, { limit: 0.3 });
    expect(outcome).toBe('timed-out');
    await sleep(50);
    expect(isAlive(Number(output))).toBe(false);
  }, 15_000);
});

test('a process that a hook leaves running neither blocks us nor is ended', async () => {
  const file = join(tempDirectory(), 'pid');
  expect(await shell(`sleep 300 & echo $! > ${file}; echo done`)).toMatchObject({
    outcome: 'succeeded',
    output: 'done\n',
  });
  const pid = Number(readFileSync(file, 'utf8'));
  expect(isAlive(pid)).toBe(true);
  process.kill(pid);
});

test('a signal that ends svcauth ends the hook too', async () => {
  const file = join(tempDirectory(), 'pid');
  const kept = () => undefined;
  process.on('SIGHUP', kept);
  const running = shell(`echo $$ > ${file}; exec sleep 60`);
  while (!existsSync(file)) await sleep(20);
  process.emit('SIGHUP', 'SIGHUP');
  expect(await running).toMatchObject({ outcome: 'failed', reason: 'it was ended by SIGKILL' });
  process.off('SIGHUP', kept);
  expect(process.listenerCount('SIGHUP')).toBe(0);
});
