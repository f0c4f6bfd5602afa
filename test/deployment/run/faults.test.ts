import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { requireDeployments } from '../../../src/deployment/run/faults.ts';
import { readPki } from '../../../src/store/open-pki.ts';
import type { OutputSpec } from '../../../src/record/upkeep.ts';
import { defaultPolicy } from '../../../src/policy/rules/policy.ts';
import { parseTrustDomain } from '../../../src/pki/name/spiffe-id.ts';
import { rejectionOf } from '../../support/errors.ts';
import { setDeployment } from '../../support/deployment.ts';
import { pkiTemplate, type PkiWorld } from '../../support/pki/pki.ts';

const policy = defaultPolicy(parseTrustDomain('example.org'));

let template: () => PkiWorld;
beforeAll(async () => {
  template = await pkiTemplate([], [['issue', 'ledger']]);
});

const wanted = (world: PkiWorld, service: string, output: Partial<OutputSpec>) => ({
  ...{ service, directory: join(world.cwd, 'tls'), keyIsAway: false },
  upkeep: { deployment: { outputs: [{ kind: 'combined-pem', path: join(world.cwd, 'x.pem'), ...output } as const] } },
});

const refusal = (world: PkiWorld, ...services: readonly Parameters<typeof requireDeployments>[2][number][]) =>
  rejectionOf(readPki(world, undefined, pki => requireDeployments(pki, policy, services)));

test.each<[string, string, (world: PkiWorld) => Partial<OutputSpec>]>([
  ['in public/', 'it is inside the home of the PKI', world => ({ path: join(world.home.public.directory, 'x.pem') })],
  [
    "among another service's files",
    'inside the home of the PKI',
    world => ({ path: join(world.home.service('ledger'), 'x') }),
  ],
  [
    'among the versions',
    'it is inside current/ or versions/',
    world => ({ path: join(world.cwd, 'tls', 'current', 'x.pem') }),
  ],
  ['where a directory is', 'a directory has that name', world => ({ path: world.cwd })],
  ['where a link is', 'a symbolic link has that name', world => ({ path: join(world.cwd, 'link') })],
  ['below a file', 'it is not a directory', world => ({ path: join(world.cwd, 'file', 'x.pem') })],
  ['to a Secret without a name', 'is not a valid name for a Secret', () => ({ kind: 'kubernetes-secret' })],
])('refuses an output %s', async (_, problem, output) => {
  const world = template();
  mkdirSync(join(world.cwd, 'tls'));
  symlinkSync('/etc/passwd', join(world.cwd, 'link'));
  writeFileSync(join(world.cwd, 'file'), '');
  const error = await refusal(world, wanted(world, 'pay_ments', output(world)));
  expect(error).toMatchObject({ code: 'ERR_OUTPUT_UNUSABLE', exitStatus: 2 });
  expect(error.message).toContain(problem);
});

test('refuses an output of a key that is on another host', async () => {
  const world = template();
  const error = await refusal(world, { ...wanted(world, 'payments', {}), keyIsAway: true });
  expect(error.message).toContain('the private key, which is on another host');
});

test('refuses a PKCS#12 file without a passphrase, or with two lines of it', async () => {
  const world = template();
  const passphraseFile = join(world.cwd, 'pass');
  expect(await refusal(world, wanted(world, 'payments', { kind: 'pkcs12' }))).toMatchObject({ exitStatus: 8 });
  writeFileSync(passphraseFile, 'one\ntwo\n');
  const error = await refusal(world, wanted(world, 'payments', { kind: 'pkcs12', passphraseFile }));
  expect(error.code).toBe('ERR_PASSPHRASE_LINES');
});

test('refuses a path that another service has, in the same run or in the manifest', async () => {
  const world = template();
  const both = await refusal(world, wanted(world, 'payments', {}), wanted(world, 'web', {}));
  expect(both).toMatchObject({ code: 'ERR_OUTPUT_SHARED', params: { services: ['payments', 'web'] } });
  await setDeployment(world, 'ledger', { outputs: [{ kind: 'combined-pem', path: join(world.cwd, 'x.pem') }] });
  const known = await refusal(world, wanted(world, 'payments', {}));
  expect(known).toMatchObject({ code: 'ERR_OUTPUT_SHARED', params: { services: ['ledger', 'payments'] } });
});
