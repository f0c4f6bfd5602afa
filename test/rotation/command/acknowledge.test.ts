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

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('a verifier that is asked over %s', maxVersion => {
  const serve = (options: TlsOptions) =>
    startTlsServer({ ...servingFiles(published, 'payments'), maxVersion, requestCert: true, ...options });

  test('has the bundle when it lets in clients of every root of it; that opens the gate', async () => {
    const world = copyOf(published);
    const { status, stdout, known } = await ask(world, await serve({ ca: bundleOf(world) }));
    const sequence = await world.manifest(manifest => manifest.trustBundle()!.sequence);
    expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining('the server') as string });
    expect(known).toEqual([{ verifier: 'edge-1', sequence, at: world.now, source: 'probe' }]);
    world.now = new Date(world.now.getTime() + 86_400_000);
    await world.succeed(...rotate('activate', '--dry-run'));
  });

  test('does not have it when a root is missing; who is named and what to do is said', async () => {
    const world = copyOf(published);
    const port = await serve({ ca: bundleOf(before) });
    const { status, stderr, known } = await ask(world, port);
    expect({ status, known }).toEqual({ status: 7, known: [] });
    expect(stderr).toContain(`127.0.0.1:${port} lets in clients of root-g1, and not of root-g2; nothing was changed`);
    expect(stderr).toContain(`hint: then ask it again: svcauth ca rotate ack edge-1 --from-probe 127.0.0.1:${port}`);
  });

  test('does not tell when it asks everybody, or nobody', async () => {
    const world = copyOf(published);
    for (const [port, words] of [
      [await serve({ rejectUnauthorized: false }), 'asks for a client certificate and does not say whose'],
      [await serve({ requestCert: false, ca: bundleOf(world) }), 'asks for no client certificate'],
    ] as const) {
      const { status, stderr, known } = await ask(world, port);
      expect({ status, known }).toEqual({ status: 7, known: [] });
      expect(stderr).toContain(words);
      expect(stderr).toMatch(/ca rotate ack edge-1 --sequence \d+/);
    }
  });
});

test('who is not there has acknowledged nothing', async () => {
  const { status, stderr, known } = await ask(copyOf(published), await freePort());
  expect({ status, known }).toEqual({ status: 5, known: [] });
  expect(stderr).toContain('ERR_PROBE_REFUSED');
});

test('what only a server is asked for needs one', async () => {
  for (const flag of [
    ['--server-name', 'edge'],
    ['--starttls', 'postgres'],
  ]) {
    const { status, stderr } = await runSvcauth(published, ['ca', 'rotate', 'ack', 'edge-1', ...flag]);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('needs --from-probe') as string });
  }
});

describeWith(['nginx'], 'nginx', () => {
  test('names what its ssl_client_certificate holds', async () => {
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
