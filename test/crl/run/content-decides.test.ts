import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { decodeCrl } from '../../../src/pki/crl/parsed.ts';
import { sortedEntries } from '../../../src/pki/crl/sorted-entries.ts';
import { openSqlite } from '../../../src/store/manifest/sqlite.ts';
import { pkiTemplate, type PkiWorld } from '../../support/pki/pki.ts';

let template: () => PkiWorld;
beforeAll(async () => {
  template = await pkiTemplate(
    [],
    [
      ['issue', 'payments'],
      ['issue', 'ledger'],
    ],
  );
});

/** Makes a PKI that publishes to a docroot, with a backup of its home from before `payments` was revoked. */
async function restorable(): Promise<{
  readonly world: PkiWorld;
  readonly docroot: string;
  readonly restore: () => void;
}> {
  const world = template();
  const docroot = join(world.cwd, 'docroot');
  const policy = readFileSync(world.home.policy, 'utf8');
  writeFileSync(world.home.policy, policy.replace(/# publishTo: .*/, `publishTo: [${docroot}]`));
  await world.succeed('tick');
  const backup = join(world.cwd, 'backup');
  cpSync(world.home.directory, backup, { recursive: true, verbatimSymlinks: true });
  world.now = new Date(world.now.getTime() + 3_600_000);
  await world.succeed('revoke', 'payments', '--reason', 'cessationOfOperation');
  await world.succeed('crl', 'publish');
  const restore = (): void => {
    rmSync(world.home.directory, { recursive: true });
    mkdirSync(world.home.directory, { mode: 0o700 });
    cpSync(backup, world.home.directory, { recursive: true, verbatimSymlinks: true });
  };
  return { world, docroot, restore };
}

const listed = (directory: string): readonly string[] =>
  Array.from(sortedEntries(decodeCrl(readFileSync(join(directory, 'crl/issuing-g1.der')))), ({ serial }) => serial);

test.for(['tick --fail-on never', 'crl refresh --force', 'revoke ledger'])(
  'a restored home lists again what the docroot lists: %s',
  async line => {
    const { world, docroot, restore } = await restorable();
    const before = listed(docroot);
    restore();
    // the next number is higher than the published one, and yet the published CRL lists more
    world.now = new Date(world.now.getTime() + 5 * 86_400_000);
    await world.succeed(...line.split(' '));
    expect(before).toHaveLength(1);
    expect(listed(world.home.public.directory)).toEqual(expect.arrayContaining([...before]));
    await world.succeed('tick', '--fail-on', 'never');
    expect(listed(docroot)).toEqual(expect.arrayContaining([...before]));
  },
);

test('a tick reports the revocations that it adopted', async () => {
  const { world, restore } = await restorable();
  restore();
  const out = await world.succeed('tick', '--fail-on', 'never', '-o', 'json');
  expect(out).toContain('revocations-adopted');
});

test('a revocation that was deleted from the manifest is read from the newest CRL', async () => {
  const { world } = await restorable();
  const before = listed(world.home.public.directory);
  const sql = await openSqlite(world.home.manifest, world.home.manifest, 1000);
  sql.run('DELETE FROM revocations');
  sql.close();
  await world.succeed('crl', 'refresh', '--force');
  expect(listed(world.home.public.directory)).toEqual(before);
});
