import { dirname } from 'node:path';
import type { Command } from 'commander';
import type { World } from '../../world/world.ts';
import type { Home } from '../../store/home.ts';
import { readManifest } from '../../cli/reading.ts';
import { watchingPolicy } from '../../policy/command/watching.ts';

/** The facts of a PKI that its schedule needs. */
export interface ScheduledPki {
  /** Directories outside the home that they write to. */
  readonly writable: readonly string[];
  readonly needsPassphrase: boolean;
}

/** Reads the facts of the PKI in `home`; the usual facts if there is none on this machine. */
export async function scheduledPki(command: Command, world: World, home: Home): Promise<ScheduledPki> {
  if (world.files.status(home.manifest) === undefined) {
    return { writable: [], needsPassphrase: true };
  }
  return readManifest(command, world, async manifest => {
    const written = manifest.liveServices().flatMap(({ service: { spec, upkeep } }) => {
      const outputs = upkeep?.deployment?.outputs ?? [];
      return [...(spec.out === undefined ? [] : [spec.out]), ...outputs.map(({ path }) => dirname(path))];
    });
    const { crl } = await watchingPolicy(world, home, manifest);
    return {
      writable: [...new Set([...written, ...(crl.publishTo ?? [])])].sort(),
      needsPassphrase: manifest.authorities().some(({ id }) => isEncrypted(world, home.authority(id).key)),
    };
  });
}

const KEY_LIMIT = 64 * 1024;

/** Tests the PEM label of a key (RFC 7468 §11); false for a key that is not in the home. */
function isEncrypted({ files }: World, path: string): boolean {
  const bytes = files.read(path, KEY_LIMIT);
  return bytes !== undefined && new TextDecoder().decode(bytes).includes('-BEGIN ENCRYPTED ');
}
