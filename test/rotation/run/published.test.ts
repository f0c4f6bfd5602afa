import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { pkiTemplate, type PkiWorld } from '../../support/pki/pki.ts';
import { runSvcauth } from '../../support/world/world.ts';

let template: () => PkiWorld;
beforeAll(async () => {
  template = await pkiTemplate([], [['issue', 'payments']]);
});

const HOUR = 3_600_000;
const later = (world: PkiWorld, hours: number): void => void (world.now = new Date(world.now.getTime() + hours * HOUR));

/** A PKI that publishes to a directory of its own, up to date. */
async function publishing(): Promise<{ readonly world: PkiWorld; readonly www: string }> {
  const world = template();
  const www = join(world.cwd, 'www');
  mkdirSync(www);
  const text = readFileSync(world.home.policy, 'utf8');
  writeFileSync(world.home.policy, text.replace(/# publishTo: .*/, `publishTo: [${www}]`));
  await world.succeed('crl', 'publish');
  return { world, www };
}

const step = (world: PkiWorld, name: string, tier: string, ...flags: readonly string[]) =>
  runSvcauth(world, ['ca', 'rotate', name, '--tier', tier, ...flags]);

/** The gates that close a step, and the commands that the error names. */
async function closedBy(world: PkiWorld, name: string, tier: string) {
  const { status, stderr } = await step(world, name, tier);
  return {
    status,
    gates: [...stderr.matchAll(/^ {2}([a-z-]+): /gm)].map(match => match[1]!),
    hints: [...stderr.matchAll(/hint: svcauth (.*)$/gm)].map(match => match[1]!),
  };
}

test.each(['root', 'issuing'])(
  'a %s rotation waits for a directory that lost its disk, and soaks from the publication on',
  async tier => {
    const { world, www } = await publishing();
    // the disk is away for the whole rotation
    renameSync(www, `${www}.away`);
    writeFileSync(www, '');
    // each step is taken, and its exit status says that a directory was not written
    expect((await step(world, 'prepare', tier)).status).toBe(5);
    expect((await step(world, 'publish', tier)).status).toBe(5);
    later(world, 30);
    await runSvcauth(world, ['tick']);
    const lost = await closedBy(world, 'activate', tier);
    expect(lost).toMatchObject({ status: 7, hints: [`crl publish --to ${www}`] });
    expect(lost.gates).toEqual(expect.arrayContaining(['soak', 'published']));
    // the disk is back with old files, and the remedy publishes to it
    rmSync(www);
    renameSync(`${www}.away`, www);
    expect((await closedBy(world, 'activate', tier)).gates).toEqual(expect.arrayContaining(['soak', 'published']));
    await world.succeed(...lost.hints[0]!.split(' '));
    expect(await closedBy(world, 'activate', tier)).toMatchObject({ status: 7, gates: ['soak'], hints: [] });
    later(world, 23);
    expect((await closedBy(world, 'activate', tier)).gates).toEqual(['soak']);
    later(world, 1);
    await world.succeed('crl', 'refresh');
    await world.succeed('ca', 'rotate', 'activate', '--tier', tier);
    await runSvcauth(world, ['tick']);
    await world.succeed('ca', 'rotate', 'drain', '--tier', tier);
    await runSvcauth(world, ['tick']);
    later(world, 25);
    rmSync(www, { recursive: true });
    expect((await closedBy(world, 'retire', tier)).gates).toContain('published');
  },
);

test('gates of a PKI without published directories look at public/', async () => {
  const world = template();
  await world.succeed('ca', 'rotate', 'prepare', '--tier', 'issuing');
  await world.succeed('ca', 'rotate', 'publish', '--tier', 'issuing');
  later(world, 24);
  rmSync(world.home.public.crlDer('issuing-g2'));
  expect((await closedBy(world, 'activate', 'issuing')).gates).toEqual(
    expect.arrayContaining(['published', 'crls-fresh']),
  );
});
