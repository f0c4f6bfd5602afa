import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { homeAt, type Home } from '../../../src/store/home.ts';
import type { Manifest } from '../../../src/store/manifest/manifest.ts';
import { openManifest } from '../../../src/store/manifest/sqlite-manifest.ts';
import { tempDirectory } from '../world/temp-directory.ts';
import { fakeWorld, runSvcauth, type FakeWorld } from '../world/world.ts';

/** A world whose `.svcauth` is a PKI of example.org. */
export interface PkiWorld extends FakeWorld {
  readonly home: Home;
  /** Runs a command line that must succeed; returns what it printed. */
  readonly succeed: (...argv: readonly string[]) => Promise<string>;
  /** Reads the manifest while `read` runs. */
  readonly manifest: <T>(read: (manifest: Manifest) => T) => Promise<T>;
}

let worlds = 0;

/**
 * Makes a PKI by commands, once, and returns copies of it for tests to change. The keys are not encrypted unless the flags say so;
 * each copy draws other random numbers.
 */
export async function pkiTemplate(
  initFlags: readonly string[] = [],
  commands: readonly (readonly string[])[] = [],
  worldOf: Partial<FakeWorld> = {},
): Promise<(changes?: Partial<FakeWorld>) => PkiWorld> {
  const template = pkiWorld(worldOf);
  await template.succeed('ca', 'init', '--trust-domain', 'example.org', '--key-protection', 'none', ...initFlags);
  for (const argv of commands) await template.succeed(...argv);
  return changes => copyOf(template, changes);
}

/** Makes another world with the same files, at the same time. */
export function copyOf(template: PkiWorld, changes: Partial<FakeWorld> = {}): PkiWorld {
  const cwd = tempDirectory();
  cpSync(template.cwd, cwd, { recursive: true, verbatimSymlinks: true });
  return pkiWorld({ now: template.now, ...changes, cwd });
}

/** Makes a world without a home. */
export function pkiWorld(changes: Partial<FakeWorld> = {}): PkiWorld {
  const world = fakeWorld({ seed: `world ${worlds++}`, ...changes });
  const home = homeAt(join(world.cwd, '.svcauth'));
  return Object.assign(world, {
    home,
    succeed: async (...argv: readonly string[]): Promise<string> => {
      const { status, stdout, stderr } = await runSvcauth(world, argv);
      if (status !== 0) throw new Error(`svcauth ${argv.join(' ')} ended with ${status}: ${stderr}`);
      return stdout;
    },
    manifest: async <T>(read: (manifest: Manifest) => T): Promise<T> => {
      const manifest = await openManifest(world, home.manifest);
      try {
        return read(manifest);
      } finally {
        manifest.close();
      }
    },
  });
}
