/** The steps of a rotation without their gates, to show the damage that the gates prevent. */
import { loadPolicy } from '../../../src/policy/run/load.ts';
import { changePki } from '../../../src/store/open-pki.ts';
import { readRotationFacts } from '../../../src/rotation/run/facts.ts';
import { recordActivated } from '../../../src/rotation/run/record.ts';
import { payCrlDebt, recordRetired } from '../../../src/rotation/run/retire.ts';
import { syncFiles } from '../../../src/rotation/run/sync-files.ts';
import { openRotation } from '../../../src/rotation/rules/state.ts';
import type { Pki } from '../pki.ts';
import type { Tier } from './rotation.ts';

type Ungated = 'activate' | 'retire' | 'retire without its last CRL';

export function stepWithoutGates({ home, world }: Pki, tier: Tier, step: Ungated): Promise<unknown> {
  return changePki(world, home, 'test', async pki => {
    const policy = await loadPolicy(pki);
    const { facts } = readRotationFacts(pki, policy, tier);
    const open = openRotation(facts)!;
    if (step === 'activate') recordActivated(pki, open, facts);
    else {
      const keys = { rootKey: undefined, ask: () => Promise.reject(new Error('the keys have no passphrase')) };
      if (step === 'retire') await payCrlDebt(pki, policy, facts, open.from, keys);
      recordRetired(pki, open.from, open.rotation.id);
    }
    return syncFiles(pki, policy, { chains: step !== 'activate', destroysKeys: step !== 'activate' });
  });
}
