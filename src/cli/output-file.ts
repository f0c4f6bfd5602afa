import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Sink, World } from '../world/world.ts';
import { utf8 } from '../pki/bytes.ts';

/** `--output-file`, for output that other programs pick up. */
export const outputFileOption = (command: Command): Command =>
  command.option(
    '--output-file <file>',
    'write there instead of to standard output: old or new content, never half of it',
  );

/** Lets `write` write to standard output, or to a file that is replaced at the end. The file is world-readable. */
export async function outputTo(
  world: World,
  file: string | undefined,
  write: (to: Pick<World, 'out' | 'env'>) => Promise<void>,
): Promise<void> {
  if (file === undefined) return write(world);
  let text = '';
  const out: Sink = { write: more => void (text += more), isTTY: false, columns: 0 };
  await write({ out, env: world.env });
  world.files.replace(resolve(world.cwd, file), utf8(text), 0o644);
}
