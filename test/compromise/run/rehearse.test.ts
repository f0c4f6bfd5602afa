import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { policyElsewhere } from '../../../src/policy/rules/elsewhere.ts';
import { nodeFiles } from '../../../src/store/files/files.ts';
import { pkiTemplate, type PkiWorld } from '../../support/pki/pki.ts';
import { tempDirectory } from '../../support/world/temp-directory.ts';
import { treeDigest } from '../../support/world/tree-digest.ts';
import { runSvcauth } from '../../support/world/world.ts';

const fresh = await pkiTemplate([], [['issue', 'ledger']]);
const REHEARSE = ['drill', 'ca-compromise', '--sandbox'];

/** A PKI with paths outside its home: files of a service, an output, a served directory and a hook. */
let world: PkiWorld;
let hooks: string[];
let asides: string[];
beforeEach(async () => {
  hooks = [];
  asides = [];
  world = fresh({
    files: {
      ...nodeFiles,
      copyAside: paths => {
        asides.push(nodeFiles.copyAside(paths));
        return asides.at(-1)!;
      },
    },
    runHook: async ({ argv }) => {
      hooks.push(argv.join(' '));
      return { outcome: 'succeeded', output: '', duration: 1 };
    },
  });
  const www = join(world.cwd, 'www');
  const policy = readFileSync(world.home.policy, 'utf8');
  writeFileSync(world.home.policy, policyElsewhere(policy, [www]));
  const services = `services:
  - service: payments
    out: ${join(world.cwd, 'app/tls')}
    outputs:
      - kind: combined-pem
        path: ${join(world.cwd, 'app/all.pem')}
    hooks: [[reload, payments]]
`;
  writeFileSync(join(world.cwd, 'services.yaml'), services);
  await world.succeed('apply', '-f', 'services.yaml');
  await world.succeed('crl', 'publish');
  hooks = [];
});

const rehearse = async (...flags: readonly string[]) =>
  JSON.parse(await world.succeed(...REHEARSE, '-o', 'json', ...flags)) as {
    steps: { action: string; issued?: number; problems?: string[] }[];
    proof: { certificates: number; findings: unknown[] };
    hooks: number;
  };

test.each(['issuing-g1', 'root-g1'])('the rehearsal for %s works on a copy, and changes nothing else', async id => {
  const before = treeDigest(world.cwd);
  const { steps, proof, ...rest } = await rehearse('--ca', id);
  expect(treeDigest(world.cwd)).toEqual(before);
  expect(steps.flatMap(({ problems = [] }) => problems)).toEqual([]);
  expect(proof.findings).toEqual([]);
  expect(rest).toMatchObject({ ca: id, hooks: 1, issued: id === 'root-g1' ? 0 : 2 });
  expect(hooks).toEqual([]);
  expect(asides.map(directory => existsSync(directory))).toEqual([false]);
});

test('a kept copy writes nothing outside itself', async () => {
  const keep = join(tempDirectory(), 'drill');
  await rehearse('--keep', keep);
  expect(statSync(keep).mode & 0o777).toBe(0o700);
  const copy = ['--home', join(keep, 'home')];
  const before = treeDigest(world.cwd);
  await world.succeed('renew', 'payments', '--force', ...copy);
  await world.succeed('crl', 'publish', ...copy);
  expect(treeDigest(world.cwd)).toEqual(before);
  expect(hooks).toEqual([]);
  expect(existsSync(join(keep, 'outside', world.cwd, 'app/all.pem'))).toBe(true);
  expect(await world.succeed('audit', 'verify', ...copy)).toContain('all sound');
});

test('--keep needs a directory outside the home', async () => {
  const inside = await runSvcauth(world, [...REHEARSE, '--keep', '.svcauth/copy']);
  expect([inside.status, inside.stderr]).toEqual([2, expect.stringContaining('ERR_DRILL_KEEP')]);
  const occupied = await runSvcauth(world, [...REHEARSE, '--keep', 'app']);
  expect([occupied.status, occupied.stderr]).toEqual([2, expect.stringContaining('ERR_HOME_EXISTS')]);
  const alone = await runSvcauth(world, ['drill', 'ca-compromise', '--keep', 'copy']);
  expect([alone.status, alone.stderr]).toEqual([2, expect.stringContaining('ERR_FLAG_NEEDS')]);
});

test('a wrong passphrase ends the rehearsal, and leaves no copy', async () => {
  const passphrase = join(world.cwd, 'pass');
  writeFileSync(passphrase, 'correct horse\n', { mode: 0o600 });
  const init = ['ca', 'init', '--trust-domain', 'example.org', '--home', 'second', '--passphrase-file', passphrase];
  await world.succeed(...init);
  await world.succeed('ca', 'list', '--home', 'second');
  writeFileSync(passphrase, 'wrong horse\n');
  const before = treeDigest(world.cwd);
  const keep = join(tempDirectory(), 'drill');
  for (const flags of [[], ['--keep', keep]]) {
    const { status } = await runSvcauth(world, [
      ...REHEARSE,
      '--home',
      'second',
      '--passphrase-file',
      passphrase,
      ...flags,
    ]);
    expect(status).toBe(8);
  }
  expect(treeDigest(world.cwd)).toEqual(before);
  expect([...asides, keep].map(directory => existsSync(directory))).toEqual([false, false]);
  expect(asides[0]).toContain(tmpdir());
});

test.each(['issuing-g1', 'root-g1'])('the rehearsal needs and uses the key file of an offline root: %s', async id => {
  const key = join(world.cwd, 'root.key');
  const init = ['ca', 'init', '--trust-domain', 'example.org', '--home', 'off', '--key-protection', 'none'];
  await world.succeed(...init, '--root-key-out', key);
  const without = await runSvcauth(world, [...REHEARSE, '--home', 'off']);
  expect([without.status, without.stderr]).toEqual([8, expect.stringContaining('ERR_ROTATION_KEY_NEEDED')]);
  const { proof } = await rehearse('--home', 'off', '--ca', id, '--root-key', key);
  expect(proof.findings).toEqual([]);
});
