import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TlsOptions } from 'node:tls';
import { beforeAll, describe, expect, test } from 'vitest';
import { startNginx } from '../../interop/proxies.ts';
import { copyOf, pkiTemplate, type PkiWorld } from '../../support/pki/pki.ts';
import { describeWith } from '../../support/programs.ts';
import { tempDirectory } from '../../support/world/temp-directory.ts';
import { freePort, servingFiles, startTlsServer } from '../../support/world/tls-server.ts';
import { runSvcauth } from '../../support/world/world.ts';

/** Before and after the new root was published; what verifiers load is the bundle of then. */
let before: PkiWorld;
let published: PkiWorld;

const rotate = (step: string, ...flags: readonly string[]) => ['ca', 'rotate', step, '--tier', 'root', ...flags];

beforeAll(async () => {
  const prepare = rotate('prepare', '--require-acks', 'edge-1');
  before = (await pkiTemplate([], [['issue', 'payments', '--dns', 'localhost'], prepare]))();
  published = copyOf(before);
  await published.succeed(...rotate('publish'));
});

const bundleOf = ({ home }: PkiWorld) => readFileSync(home.public.bundlePem);

const ask = async (world: PkiWorld, port: number, ...flags: readonly string[]) => {
  const outcome = await runSvcauth(world, [
    'ca',
    'rotate',
    'ack',
    'edge-1',
    '--from-probe',
    `127.0.0.1:${port}`,
    ...flags,
  ]);
  return { ...outcome, known: await world.manifest(manifest => manifest.acknowledgements()) };
};

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('a verifier that is probed over %s', maxVersion => {
  const serve = (options: TlsOptions) =>
    startTlsServer({ ...servingFiles(published, 'payments'), maxVersion, requestCert: true, ...options });

  test('has the bundle when it accepts clients of every root, which opens the gate', async () => {
    const world = copyOf(published);
    const { status, stdout, known } = await ask(world, await serve({ ca: bundleOf(world) }));
    const sequence = await world.manifest(manifest => manifest.trustBundle()!.sequence);
    expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining('the server') as string });
    expect(known).toEqual([{ verifier: 'edge-1', sequence, at: world.now, source: 'probe' }]);
    world.now = new Date(world.now.getTime() + 86_400_000);
    await world.succeed(...rotate('activate', '--dry-run'));
  });

  test('does not have the bundle when it omits a root, and the error names that root', async () => {
    const world = copyOf(published);
    const port = await serve({ ca: bundleOf(before) });
    const { status, stderr, known } = await ask(world, port);
    expect({ status, known }).toEqual({ status: 7, known: [] });
    expect(stderr).toContain(`127.0.0.1:${port} accepts clients of root-g1 but not of root-g2; nothing was changed`);
    expect(stderr).toContain(`hint: then probe it again: svcauth ca rotate ack edge-1 --from-probe 127.0.0.1:${port}`);
  });

  test('proves nothing when it lists no CAs or requests no certificate', async () => {
    const world = copyOf(published);
    for (const [port, words] of [
      [await serve({ rejectUnauthorized: false }), 'requests client certificates but lists no CAs'],
      [await serve({ requestCert: false, ca: bundleOf(world) }), 'requests no client certificate'],
    ] as const) {
      const { status, stderr, known } = await ask(world, port);
      expect({ status, known }).toEqual({ status: 7, known: [] });
      expect(stderr).toContain(words);
      expect(stderr).toMatch(/ca rotate ack edge-1 --sequence \d+/);
    }
  });
});

test('an unreachable verifier has acknowledged nothing', async () => {
  const { status, stderr, known } = await ask(copyOf(published), await freePort());
  expect({ status, known }).toEqual({ status: 5, known: [] });
  expect(stderr).toContain('ERR_PROBE_REFUSED');
});

test('the options of a handshake need --from-probe', async () => {
  for (const flag of [
    ['--server-name', 'edge'],
    ['--starttls', 'postgres'],
  ]) {
    const { status, stderr } = await runSvcauth(published, ['ca', 'rotate', 'ack', 'edge-1', ...flag]);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringContaining('requires --from-probe') as string,
    });
  }
});

describeWith(['nginx'], 'nginx', () => {
  test('nginx lists the CAs of its ssl_client_certificate', async () => {
    const world = copyOf(published);
    const current = (name: string) => join(world.home.service('payments'), 'current', name);
    const files = {
      ...{ key: current('tls.key'), certificate: current('tls.crt'), crls: [] },
      ...{ crlBundle: world.home.public.crlBundle, directory: tempDirectory() },
    };
    const port = await freePort();
    for (const [anchors, status] of [
      [before.home.public.bundlePem, 7],
      [world.home.public.bundlePem, 0],
    ] as const) {
      const nginx = await startNginx({ ...files, anchors, port });
      try {
        expect(await ask(world, port)).toMatchObject({ status });
      } finally {
        await nginx.stop();
      }
    }
  });
});
