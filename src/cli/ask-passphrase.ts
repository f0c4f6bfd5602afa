import type { World } from '../world/world.ts';
import { hasPassphraseSource, readPassphrase, type PassphraseOptions } from './passphrase.ts';
import type { AskPassphrase } from '../world/ask-passphrase.ts';

/** Asks where the flags say, once a run: the CA keys of one home share a passphrase. Each caller gets a copy to wipe. */
export function passphraseAsker(flags: PassphraseOptions, world: World, isNew: boolean): AskPassphrase {
  let asked: Promise<Uint8Array> | undefined;
  return async what => {
    asked ??= readPassphrase(flags, world, { what, isNew });
    return (await asked).slice();
  };
}

/**
 * For a key that is brought along while others are made: from its own file; else from where the new passphrase comes from, which
 * may give it only once (`ask`); else it is asked for apart, because a person knows two.
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
