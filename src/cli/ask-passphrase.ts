import type { World } from '../world/world.ts';
import { hasPassphraseSource, readPassphrase, type PassphraseOptions } from './passphrase.ts';
import type { AskPassphrase } from '../world/ask-passphrase.ts';

/** Asks the source in the flags once a run: the CA keys of one home share a passphrase. Each caller gets a copy to wipe. */
export function passphraseAsker(flags: PassphraseOptions, world: World, isNew: boolean): AskPassphrase {
  let asked: Promise<Uint8Array> | undefined;
  return async what => {
    asked ??= readPassphrase(flags, world, { what, isNew });
    return (await asked).slice();
  };
}

/**
 * Asks for the passphrase of a key that is imported while other keys are made. It comes from its own file, or from the source of
 * the new passphrase, which may be readable only once (`ask`). On a terminal it is a separate question: they may differ.
 */
export function importedKeyAsker(
  flags: PassphraseOptions & { readonly importPassphraseFile?: string; readonly keyProtection: 'passphrase' | 'none' },
  world: World,
  ask: AskPassphrase,
): AskPassphrase {
  const { importPassphraseFile } = flags;
  if (importPassphraseFile !== undefined) {
    return passphraseAsker({ passphraseFile: importPassphraseFile }, world, false);
  }
  const shared = flags.keyProtection === 'passphrase' && hasPassphraseSource(flags, world);
  return shared ? ask : passphraseAsker(flags, world, false);
}
