import { expect, test } from 'vitest';
import { pkiTemplate } from '../../support/pki/pki.ts';

const later = (from: Date, days: number): Date => new Date(from.getTime() + days * 86_400_000);

test('after a rollback the issuing CA is served with its longest certificate of the old root', async () => {
  const world = (await pkiTemplate([], [['issue', 'payments']]))();
  const certificate = () => world.manifest(manifest => manifest.authority('issuing-g1')!.certificate!);
  world.now = later(world.now, 1);
  await world.succeed('ca', 'extend', 'issuing-g1', '--lifetime', '2y');
  const extended = await certificate();
  for (const step of ['prepare', 'publish']) await world.succeed('ca', 'rotate', step, '--tier', 'root');
  world.now = later(world.now, 2);
  await world.succeed('ca', 'rotate', 'activate', '--tier', 'root');
  expect((await certificate()).issuerId).toBe('root-g2');
  await world.succeed('ca', 'rotate', 'rollback', '--tier', 'root');
  expect(await certificate()).toEqual(extended);
});
