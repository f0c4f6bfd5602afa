import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { checkAuditChain } from '../../src/record/audit-chain.ts';
import { parseBundleMap } from '../../src/pki/bundle/read.ts';
import { encodeSpiffeBundle } from '../../src/pki/bundle/trust-bundle.ts';
import { makeCa } from '../support/pki/path-pki.ts';
import { pkiTemplate, type PkiWorld } from '../support/pki/pki.ts';
import { runUntil } from '../support/world/power-failure.ts';

const { der } = makeCa({ name: 'partner root', notAfter: '2036-01-01' });
const ADD = ['bundle', 'federate', 'partner.example', '--from', 'partner.json'];
const REMOVE = ['bundle', 'unfederate', 'partner.example'];

let fresh: () => PkiWorld;
beforeAll(async () => {
  const template = await pkiTemplate();
  fresh = () => {
    const world = template();
    writeFileSync(join(world.cwd, 'partner.json'), encodeSpiffeBundle([der], 7, 300));
    return world;
  };
});

/** Reads the trust domains of the map, and the files of federated trust domains. */
const published = ({ home }: PkiWorld) => ({
  map: [...parseBundleMap(readFileSync(home.public.bundleMap, 'utf8')).keys()],
  files: existsSync(home.public.federated) ? readdirSync(home.public.federated) : [],
});
const known = (world: PkiWorld) =>
  world.manifest(manifest => manifest.federatedBundles().map(({ trustDomain }) => trustDomain));

const BOTH = { map: ['example.org', 'partner.example'], files: ['partner.example.json', 'partner.example.pem'] };
const OURS = { map: ['example.org'], files: [] };

async function requireEnd(world: PkiWorld, end: typeof BOTH, audited: string): Promise<void> {
  expect(published(world)).toEqual(end);
  expect(await world.succeed('bundle', 'verify')).toContain('good');
  await world.manifest(manifest => {
    const records = [...manifest.auditRecords()];
    expect(checkAuditChain(records)).not.toHaveProperty('broken');
    expect(records.filter(({ action }) => action === audited)).toHaveLength(1);
  });
}

test('after a power failure at any step of federate no unrecorded bundle is published, and the same command finishes', async () => {
  for (let moment = 1, ended = false; !ended; moment++) {
    const world = fresh();
    const { status, moments } = await runUntil(world, moment, ADD);
    ended = moments < moment;
    expect(status, `moment ${moment}`).toBe(ended ? 0 : 1);
    const { map, files } = published(world);
    if (map.length + files.length > 1) expect(await known(world)).toEqual(['partner.example']);
    await world.succeed(...ADD);
    await requireEnd(world, BOTH, 'federation.added');
  }
});

test('after a power failure at any step of unfederate the map names no missing bundle, and bundle write finishes', async () => {
  for (let moment = 1, ended = false; !ended; moment++) {
    const world = fresh();
    await world.succeed(...ADD);
    const { moments } = await runUntil(world, moment, REMOVE);
    ended = moments < moment;
    const { map, files } = published(world);
    if (map.length > 1) expect(files).toEqual(BOTH.files);
    const recorded = (await known(world)).length === 0;
    if (recorded) await world.succeed('bundle', 'write');
    else await world.succeed(...REMOVE);
    await requireEnd(world, OURS, 'federation.removed');
  }
});
