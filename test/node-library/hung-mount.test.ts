import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, renameSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { openX509Source } from '../../src/node-library/api.ts';
import { bundled } from '../support/bundled.ts';
import { tempDirectory } from '../support/world/temp-directory.ts';
import { crlPem, follow, makeAuthorities, serviceDirectory, testClock, type ServiceDirectory } from './site.ts';

// opening a pipe for reading waits for a writer, as a file on a hung mount waits for its server

let service: ServiceDirectory;
beforeEach(() => {
  service = serviceDirectory('payments', makeAuthorities());
});

/** Runs the service of `hung-mount.ts` with a thread pool of two; returns its lines. */
async function serve(...hung: readonly string[]): Promise<readonly Record<string, unknown>[]> {
  const script = await bundled('hung-mount.ts', tempDirectory());
  const child = spawn(process.execPath, [script, service.directory, ...hung], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, UV_THREADPOOL_SIZE: '2' },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = await text(child.stdout);
  return lines.split('\n').flatMap(line => (line === '' ? [] : [JSON.parse(line) as Record<string, unknown>]));
}

describe('while a mount hangs, a service with two threads for files continues', () => {
  test.each([
    ['a CRL', 'crl/root.pem', ['crl/root.pem']],
    ['the bundle', 'bundle.pem', ['bundle.pem']],
    ['the certificate', 'current/tls.crt', ['current/tls.crt']],
    [
      'all files',
      'current/tls.crt',
      ['current/tls.crt', 'current/tls.key', 'bundle.pem', 'crl/root.pem', 'crl/issuing.pem'],
    ],
  ])('%s', async (_, first, hung) => {
    const [hanging, meanwhile, after] = await serve(...hung);
    expect(hanging).toMatchObject({
      problems: [
        { code: 'look-hangs', severity: 'critical', file: expect.stringContaining(first.split('/').at(-1)!) as string },
      ],
      status: 'critical',
    });
    // three intervals after the look began
    expect(hanging!.intervals).toBeGreaterThan(2.5);
    expect(meanwhile).toEqual({ files: 20, hashes: 20, answer: 'in' });
    expect(after).toEqual({ problems: [], status: 'ok' });
  });

  test('a mount whose directories hang', ({ skip }) => skip('no portable way makes stat hang: it needs FUSE'));
});

/** Puts a pipe in the place of a file; the returned function puts the good file back. */
function hang(name: string): () => void {
  const path = service.path(name);
  renameSync(path, `${path}.good`);
  execFileSync('mkfifo', [path]);
  return () => {
    renameSync(path, `${path}.pipe`);
    renameSync(`${path}.good`, path);
    closeSync(openSync(`${path}.pipe`, 'r+'));
  };
}

describe('the signal of a service that starts on a hung mount', () => {
  test.each(['current/tls.crt', 'bundle.pem', 'crl/root.pem'])(
    '%s: it aborts the start with its reason',
    async name => {
      const answer = hang(name);
      onTestFinished(answer);
      const controller = new AbortController();
      const clock = testClock();
      const { directory: dir, crls } = service;
      const start = openX509Source({ dir, bundle: service.path('bundle.pem'), crls, clock, signal: controller.signal });
      const reason = new Error('the service stops');
      await setTimeout(20);
      controller.abort(reason);
      await expect(start).rejects.toBe(reason);
      expect(clock.running).toBe(false);
    },
  );

  test('a signal that has aborted before keeps the files closed', async () => {
    const { directory: dir, crls } = service;
    const signal = AbortSignal.abort(new Error('stopped already'));
    await expect(openX509Source({ dir, bundle: 'missing', crls, signal })).rejects.toThrow('stopped already');
  });
});

test.each(['close', 'abort'])('%s: a look that hangs meanwhile changes nothing later', async how => {
  const controller = new AbortController();
  const clock = testClock();
  const { context, states } = await follow(service, { clock, signal: controller.signal });
  const answer = hang('bundle.pem');
  const look = context.refresh();
  await setTimeout(20);
  if (how === 'close') context.close();
  else controller.abort();
  expect(clock.running).toBe(false);
  service.replace('crl/issuing.pem', crlPem(makeAuthorities().issuing, { number: 2 }));
  answer();
  expect(await look).toBe(false);
  expect(states).toEqual([]);
});

test('a process whose start hangs ends on a signal', async () => {
  hang('crl/root.pem');
  const script = await bundled('hung-mount.ts', tempDirectory());
  const child = spawn(process.execPath, [script, service.directory], { stdio: 'inherit' });
  onTestFinished(() => void child.kill('SIGKILL'));
  await setTimeout(500);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([null, 'SIGTERM']);
});
