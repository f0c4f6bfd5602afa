import { beforeEach, describe, expect, test } from 'vitest';
import { at } from '../../support/pki/rows.ts';
import { pkiTemplate, type PkiWorld } from '../../support/pki/pki.ts';

const SERVICES = ['a', 'b', 'c', 'd', 'e'];
let template: (() => PkiWorld) | undefined;
let world: PkiWorld;
beforeEach(async () => {
  template ??= await pkiTemplate(
    [],
    SERVICES.map(name => ['issue', name]),
  );
  world = template();
});

const slice = (atMost: number, turn: number): Promise<readonly string[]> =>
  world.manifest(manifest => manifest.fileFacts({ atMost, turn }).map(({ service }) => service));

describe('facts of files', () => {
  test('a question for at least as many services as there are has all of them, in every turn', async () => {
    expect(await slice(5, 0)).toEqual(SERVICES);
    expect(await slice(5, 17)).toEqual(SERVICES);
    expect(await slice(Infinity, 0)).toEqual(SERVICES);
  });

  test('the turns of a smaller question have every service once, and repeat', async () => {
    const turns = await Promise.all([0, 1, 2].map(turn => slice(2, turn)));
    expect(turns.every(services => services.length <= 2)).toBe(true);
    expect(turns.flat()).toEqual(SERVICES);
    expect(await slice(2, 3)).toEqual(turns[0]);
  });

  test('a service that was not compared since a time is found, and one that was compared in the future', async () => {
    const old = (seenBefore: string, now: string): Promise<readonly string[]> =>
      world.manifest(manifest =>
        manifest.fileFacts({ seenBefore: at(seenBefore), now: at(now) }).map(({ service }) => service),
      );
    expect(await old('2026-11-20', '2026-11-22')).toEqual([]);
    expect(await old('2026-11-21', '2026-11-22')).toEqual(SERVICES);
    expect(await old('2026-11-10', '2026-11-11')).toEqual(SERVICES);
  });

  test('a revoked certificate has no files to compare', async () => {
    await world.succeed('revoke', 'b', '--reason', 'cessationOfOperation');
    expect(await slice(5, 0)).toEqual(['a', 'c', 'd', 'e']);
    expect(await world.manifest(manifest => manifest.fileFacts({ services: ['a', 'b'] }))).toMatchObject([
      { service: 'a', isPending: false },
    ]);
  });
});
