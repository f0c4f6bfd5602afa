import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { checkAuditChain } from '../../../src/record/audit-chain.ts';
import { encodePem } from '../../../src/pki/pem.ts';
import { testAuthority } from '../../support/pki/crl-pki.ts';
import { pkiTemplate, type PkiWorld } from '../../support/pki/pki.ts';
import { runUntil } from '../../support/world/power-failure.ts';
import { treeDigest } from '../../support/world/tree-digest.ts';

let fresh: () => PkiWorld;
beforeAll(async () => {
  fresh = await pkiTemplate();
});

const written = ({ home }: PkiWorld) => ({
  pem: readFileSync(home.public.bundlePem, 'utf8'),
  spiffe: JSON.parse(readFileSync(home.public.bundleJson, 'utf8')) as { keys: unknown[]; spiffe_sequence: number },
});
/** A second root, as a rotation leaves one behind. */
const addRoot = (world: PkiWorld) =>
  world.manifest(manifest =>
    manifest.transaction(write => {
      const { authority } = testAuthority('root-g2', world.now);
      write.insertAuthority({ ...authority, state: 'draining' });
      write.audit('ca.created', authority.id, {});
    }),
  );

test('files that match the manifest are not written', async () => {
  const world = fresh();
  await world.succeed('status');
  await world.succeed('bundle', 'write');
  const before = treeDigest(world.cwd);
  await world.succeed('bundle', 'write');
  expect(treeDigest(world.cwd)).toEqual(before);
});

test('deleted and edited files are written again, with the same sequence', async () => {
  const world = fresh();
  const before = written(world);
  rmSync(world.home.public.bundlePem);
  writeFileSync(world.home.public.bundleJson, '{}');
  await world.succeed('bundle', 'write');
  expect(written(world)).toEqual(before);
});

test('a new anchor increases the sequence, even within one second', async () => {
  const world = fresh();
  const before = written(world);
  await addRoot(world);
  await world.succeed('bundle', 'write');
  const now = written(world);
  expect(now.spiffe.keys).toHaveLength(2);
  expect(now.spiffe.spiffe_sequence).toBe(before.spiffe.spiffe_sequence + 1);
  const anchors = await world.manifest(manifest => manifest.authorities().filter(({ tier }) => tier === 'root'));
  expect(now.pem).toBe(anchors.map(({ certificate }) => encodePem('CERTIFICATE', certificate!.der)).join(''));
});

test('after a power failure at any step no sequence has two contents, and the next run finishes', async () => {
  for (let moment = 1, ended = false; !ended; moment++) {
    const world = fresh();
    const before = written(world);
    await addRoot(world);
    const { moments } = await runUntil(world, moment, ['bundle', 'write']);
    ended = moments < moment;
    const between = written(world);
    if (between.spiffe.keys.length === 1) expect(between.spiffe).toEqual(before.spiffe);
    else expect(between.spiffe.spiffe_sequence).toBeGreaterThan(before.spiffe.spiffe_sequence);
    await world.succeed('bundle', 'write');
    const now = written(world);
    expect([now.spiffe.keys.length, now.pem.match(/BEGIN/g)!.length]).toEqual([2, 2]);
    expect(now.spiffe.spiffe_sequence).toBe(before.spiffe.spiffe_sequence + 1);
    await world.manifest(manifest => expect(checkAuditChain(manifest.auditRecords())).not.toHaveProperty('broken'));
  }
});
