import type { World } from '../context.ts';
import { readPassphrase, type PassphraseOptions } from './passphrase.ts';

/** Asks where the flags say, once a run: the CA keys of one home share a passphrase. Each caller gets a copy to wipe. */
export function passphraseAsker(flags: PassphraseOptions, world: World, isNew: boolean) {
  let asked: Promise<Uint8Array> | undefined;
  return async (what: string): Promise<Uint8Array> => {
    asked ??= readPassphrase(flags, world, { what, isNew });
    return (await asked).slice();
  };
}
