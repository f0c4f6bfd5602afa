import { beforeAll, describe, expect, test } from 'vitest';
import { loadPolicy } from '../../../src/policy/run/load.ts';
import { foreseeStep, takeStep, type RotateRequest } from '../../../src/rotation/run/step.ts';
import { changePki, readPki, type Pki } from '../../../src/store/open-pki.ts';
import type { Manifest } from '../../../src/store/manifest/manifest.ts';
import { pkiTemplate, type PkiWorld } from '../../support/pki/pki.ts';

let copy: Awaited<ReturnType<typeof pkiTemplate>>;
beforeAll(async () => {
  copy = await pkiTemplate([], [['issue', 'payments']]);
});

/** Counts the questions to the manifest that only the facts (pending services), and only a proof (unexpired leaves), ask. */
function counting(pki: Pki) {
  const count = { reads: 0, proofs: 0 };
  const manifest = Object.create(pki.manifest, {
    pendingServices: { value: () => (count.reads++, pki.manifest.pendingServices()) },
    unexpiredLeaves: { value: (at: Date) => (count.proofs++, pki.manifest.unexpiredLeaves(at)) },
  }) as Manifest;
  return { count, counted: { ...pki, manifest } };
}

const KEYS = { rootKey: undefined, ask: () => Promise.reject(new Error('the keys have no passphrase')) };
type Tier = RotateRequest['tier'];

const requestOf = (step: RotateRequest['step'], tier: Tier, dryRun: boolean): RotateRequest =>
  step === 'prepare'
    ? {
        ...{ step, tier, dryRun },
        preparation: { ...KEYS, crossSigning: 'issuing', requiredAcks: [], rootKeyOut: undefined },
      }
    : { step, tier, dryRun, keys: KEYS };

const take = (world: PkiWorld, step: RotateRequest['step'], tier: Tier) =>
  changePki(world, undefined, 'test', async pki => {
    const { count, counted } = counting(pki);
    await takeStep(counted, await loadPolicy(pki), requestOf(step, tier, false));
    return count;
  });

const foresee = (world: PkiWorld, step: RotateRequest['step'], tier: Tier) =>
  readPki(world, undefined, async pki => {
    const { count, counted } = counting(pki);
    await foreseeStep(counted, await loadPolicy(pki), requestOf(step, tier, true));
    return count;
  });

const DAYS = { prepare: 0, publish: 0, activate: 1, drain: 0, retire: 32 } as const;

describe.each(['issuing', 'root'] as const)('a step of the %s rotation', tier => {
  test('a step reads the facts before and after, and proves itself and the next step', async () => {
    const world = copy();
    for (const step of ['prepare', 'publish', 'activate', 'drain', 'retire'] as const) {
      world.now = new Date(world.now.getTime() + DAYS[step] * 86_400_000);
      for (const argv of [
        ['crl', 'refresh'],
        ['issue', 'payments'],
      ])
        await world.succeed(...argv);
      expect(await foresee(world, step, tier), `${step}, dry run`).toEqual({ reads: 1, proofs: 1 });
      expect(await take(world, step, tier), step).toEqual({ reads: 2, proofs: 2 });
      // a step that was taken is not judged again
      expect(await take(world, step, tier), `${step}, again`).toEqual({ reads: 2, proofs: 1 });
    }
  });

  test('a rollback needs no proof of itself', async () => {
    const world = copy();
    await take(world, 'prepare', tier);
    expect(await take(world, 'rollback', tier)).toEqual({ reads: 2, proofs: 1 });
  });
});
