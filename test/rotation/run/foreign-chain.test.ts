import { beforeAll, expect, test } from 'vitest';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { encodePem } from '../../../src/pki/pem.ts';
import { certifyIssuing, chainFile, giveAway, heldCa, type HeldCa } from '../../support/pki/holder.ts';
import { pkiTemplate, type PkiWorld } from '../../support/pki/pki.ts';
import { runSvcauth } from '../../support/world/world.ts';
import { crlOf } from '../../planted/rows/published.ts';

let template: () => PkiWorld;
beforeAll(async () => {
  template = await pkiTemplate(['--root-lifetime', '365d'], [['issue', 'payments']]);
});

const wait = (world: PkiWorld, days: number): void =>
  void (world.now = new Date(world.now.getTime() + days * 86_400_000));
const rotate = (step: string) => ['ca', 'rotate', step, '--tier', 'issuing'] as const;

async function importCrl(world: PkiWorld, ca: HeldCa): Promise<void> {
  const [certificate, key] = ['held.crt', 'held.key'].map(name => join(world.cwd, name));
  writeFileSync(certificate!, encodePem('CERTIFICATE', ca.der));
  writeFileSync(key!, ca.keyPem);
  await world.succeed('crl', 'import', crlOf(world, certificate!, key!, ''));
}

test('a foreign root that ends with our CA is left for a new one: by a request, its certificate and its CRL', async () => {
  const world = template();
  await giveAway(world);
  wait(world, 1);
  const next = await heldCa(world, 'Corporate Root 2', [-0.5, 4000]);
  const direct = await certifyIssuing(world, 'issuing-g1', next, [-0.5, 400]);
  const chain = chainFile(world, 'next.pem', [next]);
  // no verifier has the new root yet
  const refused = await runSvcauth(world, ['ca', 'install-cert', direct, '--chain', chain]);
  expect([refused.status, refused.stderr]).toEqual([7, expect.stringContaining('[ERR_RECERTIFY_PROOF]')]);
  expect(refused.stderr).toContain('if a CA above has a new key: svcauth ca rotate prepare --tier issuing');

  await world.succeed(...rotate('prepare'));
  const certificate = await certifyIssuing(world, 'issuing-g2', next, [-0.5, 400]);
  await world.succeed('ca', 'install-cert', certificate, '--chain', chain);
  await importCrl(world, next);
  // makes the test, which needs that CRL
  await world.succeed('ca', 'install-cert', certificate, '--chain', chain);
  await world.succeed(...rotate('publish'));
  wait(world, 2);
  await world.succeed('tick', '--fail-on', 'never');
  await world.succeed(...rotate('activate'));
  await world.succeed('renew', 'payments', '--force');
  const [payments] = await world.manifest(manifest => manifest.liveServices());
  expect(payments!.certificate!.authorityId).toBe('issuing-g2');
});
