import { appendFileSync, existsSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { crls } from '../../../../src/tick/run/part/crls.ts';
import { publication } from '../../../../src/tick/run/part/publication.ts';
import { applyTick } from '../../../../src/tick/run/tick.ts';
import { openOnce } from '../../../../src/tick/run/tick-run.ts';
import { loadPolicy } from '../../../../src/policy/run/load.ts';
import { changePki } from '../../../../src/store/open-pki.ts';
import { nodeFiles } from '../../../../src/store/files/files.ts';
import { pkiTemplate, type PkiWorld } from '../../../support/pki/pki.ts';

let fresh: () => PkiWorld;
beforeAll(async () => {
  fresh = await pkiTemplate([], [['issue', 'payments']]);
});

/** A world whose policy publishes to `www` and `mirror`. */
function withPolicy(): PkiWorld {
  const world = fresh();
  const text = readFileSync(world.home.policy, 'utf8');
  const list = `publishTo: [${join(world.cwd, 'www')}, ${join(world.cwd, 'mirror')}]`;
  writeFileSync(world.home.policy, text.replace(/# publishTo: .*/, list));
  return world;
}

/** CRLs and publication alone. */
const keep = (world: PkiWorld) =>
  changePki(world, undefined, 'tick', async pki => {
    const ask = () => Promise.reject(new Error('nobody is asked for a passphrase'));
    const hands = { pki, policy: await loadPolicy(pki), ask, unlock: openOnce(pki, ask), everything: false };
    const { reports, standings } = await applyTick([crls, publication], hands);
    const [keeping, published] = [standings.of(crls)!, standings.of(publication)!];
    return {
      signed: reports[0]!.actions.map(({ subject }) => subject),
      published: reports[1]!.actions.map(({ subject }) => subject.slice(world.cwd.length + 1)),
      errors: reports.flatMap(({ failures }) => failures),
      isGlance: keeping.plan.keep.idle && published.plan.publications.every(({ plan }) => plan === undefined),
    };
  });

const later = (world: PkiWorld, days: number): void => {
  world.now = new Date(world.now.getTime() + days * 86_400_000);
};

const served = (world: PkiWorld, directory: string, name: string) => readFileSync(join(world.cwd, directory, name));

test('publishes to every directory of the policy, and then has nothing to do', async () => {
  const world = withPolicy();
  expect(await keep(world)).toMatchObject({ published: ['www', 'mirror'], errors: [] });
  for (const name of [
    'crl/root-g1.der',
    'crl/issuing-g1.pem',
    'crl-bundle.pem',
    'bundle.pem',
    'bundle.json',
    'index.json',
  ]) {
    expect(served(world, 'mirror', name)).toEqual(readFileSync(join(world.home.public.directory, name)));
  }
  const again = await keep(world);
  expect(again).toEqual({ signed: [], published: [], errors: [], isGlance: true });
});

test('reads no CRL if nothing is due', async () => {
  const world = withPolicy();
  await keep(world);
  const pieces: string[] = [];
  world.files = { ...nodeFiles, chunks: path => (pieces.push(path), nodeFiles.chunks(path, 65_536)) };
  await keep(world);
  expect(pieces).toEqual([]);
});

test('signs due CRLs and publishes them to every directory', async () => {
  const world = withPolicy();
  await keep(world);
  later(world, 4);
  expect(await keep(world)).toMatchObject({ signed: ['issuing-g1'], published: ['www', 'mirror'] });
  expect(served(world, 'www', 'index.json')).toEqual(readFileSync(world.home.public.index));
});

test('publishes to the other directory if one cannot be written', async () => {
  const world = withPolicy();
  writeFileSync(join(world.cwd, 'www'), 'a file');
  const { errors, published } = await keep(world);
  expect(errors).toHaveLength(1);
  expect(published).toEqual(['mirror']);
});

test('publishes existing files without the passphrase', async () => {
  const world = withPolicy();
  rmSync(world.home.authority('issuing-g1').key);
  later(world, 4);
  const { errors, published } = await keep(world);
  expect(errors.map(({ code }) => code)).toEqual(['ERR_KEY_MISSING']);
  expect(published).toEqual(['www', 'mirror']);
});

test.each(['crl/issuing-g1.der', 'crl/root-g1.pem', 'crl-bundle.pem', 'bundle.pem'])(
  'restores a served %s that was damaged, even with the same size and date',
  async name => {
    const world = withPolicy();
    await keep(world);
    const path = join(world.cwd, 'www', name);
    const good = readFileSync(path);
    writeFileSync(path, Buffer.from(good).fill(0x30, 10, 20));
    utimesSync(path, 0, 0);
    expect(await keep(world)).toMatchObject({ published: ['www'], errors: [] });
    expect(readFileSync(path)).toEqual(good);
    expect((await keep(world)).isGlance).toBe(true);
  },
);

test('restores a damaged file in public/ and the files derived from it', async () => {
  const world = withPolicy();
  await keep(world);
  const good = readFileSync(world.home.public.crlBundle);
  appendFileSync(world.home.public.crlPem('issuing-g1'), 'garbage');
  appendFileSync(world.home.public.crlBundle, 'garbage');
  await keep(world);
  expect(readFileSync(world.home.public.crlBundle)).toEqual(good);
  expect(served(world, 'www', 'crl/issuing-g1.pem')).toEqual(readFileSync(world.home.public.crlPem('issuing-g1')));
});

test('signs a CRL again that was removed from public/', async () => {
  const world = withPolicy();
  await keep(world);
  rmSync(world.home.public.crlDer('issuing-g1'));
  expect(await keep(world)).toMatchObject({ signed: ['issuing-g1'], errors: [] });
  expect(existsSync(world.home.public.crlDer('issuing-g1'))).toBe(true);
});

test('leaves a trust bundle alone that svcauth did not write', async () => {
  const world = withPolicy();
  const other = fresh();
  await other.succeed('ca', 'init', '--trust-domain', 'example.org', '--key-protection', 'none', '--home', 'second');
  await keep(world);
  const both = Buffer.concat([
    served(world, 'www', 'bundle.pem'),
    readFileSync(join(other.cwd, 'second/public/bundle.pem')),
  ]);
  writeFileSync(join(world.cwd, 'www/bundle.pem'), both);
  expect(await keep(world)).toMatchObject({ signed: [], published: [], errors: [] });
  expect(served(world, 'www', 'bundle.pem')).toEqual(both);
  expect(await world.succeed('crl', 'publish')).toContain('kept  bundle.pem: has anchors of another PKI');
});

test('refuses to replace a trust bundle by an older one', async () => {
  const world = withPolicy();
  await keep(world);
  const path = join(world.cwd, 'www/bundle.json');
  writeFileSync(path, readFileSync(path, 'utf8').replace(/"spiffe_sequence": (\d+)/, '"spiffe_sequence": 9$1'));
  const { errors } = await keep(world);
  expect(errors[0]).toMatchObject({ code: 'ERR_CRL_BACKWARDS' });
  expect(errors[0]!.message).toContain('the sequence of its trust bundle would go back');
});
