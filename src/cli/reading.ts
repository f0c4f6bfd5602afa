import { Option, type Command } from 'commander';
import type { World } from '../world/world.ts';
import { parseInstant } from '../time/instant.ts';
import { openHome, type Home } from '../store/home.ts';
import type { Manifest } from '../store/manifest/manifest.ts';
import { homeFlag } from './command.ts';

/** Opens the manifest of `--home` while `read` runs, without a lock. */
export async function readManifest<T>(
  command: Command,
  world: World,
  read: (manifest: Manifest, home: Home) => T | Promise<T>,
): Promise<T> {
  const home = openHome(world, homeFlag(command));
  const { openManifest } = await import('../store/manifest/sqlite-manifest.ts');
  const manifest = await openManifest(world, home.manifest);
  try {
    return await read(manifest, home);
  } finally {
    manifest.close();
  }
}

/** Adds `--at`, for every command whose answer depends on the time. */
export const atOption = (command: Command): Command =>
  command.addOption(
    new Option('--at <time>', 'point in time to report on: 2026-12-24, +30d or RFC 3339 (default: now)'),
  );

export const instantOf = (flags: { readonly at?: string }, world: World): Date =>
  flags.at === undefined ? world.now : parseInstant(flags.at, world.now);
