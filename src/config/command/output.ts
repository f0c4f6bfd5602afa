import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import { equalBytes, utf8 } from '../../pki/bytes.ts';
import type { ConfigFile } from '../view/file.ts';
import { renderTemplate } from '../view/template.ts';
import { visible } from '../../view/visible.ts';
import { removeLeftovers } from '../../store/files/files.ts';

export interface ConfigOutput {
  readonly out?: string;
  readonly force?: true;
}

/** Adds `--out` and `--force`, the options of every file for another program. */
export const configOutputOptions = (command: Command): Command =>
  command
    .option('--out <dir>', 'write the files to this directory instead of standard output')
    .option('--force', 'replace existing files that differ');

/** Fills the templates, and prints or writes them. Throws ERR_CONFIG_EXISTS before anything is written. */
export function writeConfig(world: World, { out, force }: ConfigOutput, files: readonly ConfigFile[]): void {
  const written = files.map(({ name, template, holes }) => ({
    name,
    text: renderTemplate(templateText(world, template), holes),
  }));
  if (out === undefined) {
    const parts = written.map(({ name, text }) => (written.length > 1 ? `# ${name}\n${text}` : text));
    world.out.write(parts.join('\n'));
    return;
  }
  const directory = resolve(world.cwd, out);
  const placed = written.map(({ name, text }) => ({ path: join(directory, name), bytes: utf8(text) }));
  const changed = placed.filter(({ path, bytes }) => !holds(world, path, bytes));
  const foreign = changed.map(({ path }) => path).filter(path => world.files.linkStatus(path) !== undefined);
  if (foreign.length > 0 && !force) throw failure('ERR_CONFIG_EXISTS', { paths: foreign });
  removeLeftovers(world.files, directory);
  world.files.makeDirectory(directory, 0o755);
  for (const each of placed) {
    if (changed.includes(each)) world.files.replace(each.path, each.bytes, 0o644);
    world.out.write(`${changed.includes(each) ? 'wrote' : 'unchanged'}  ${visible(each.path)}\n`);
  }
}

const LIMIT = 1024 * 1024;

function templateText({ files, templates }: World, name: string): string {
  const path = join(templates, name);
  const bytes = files.read(path, LIMIT);
  if (bytes === undefined) throw failure('ERR_FILE_READ', { what: 'template', path, reason: 'there is no such file' });
  return new TextDecoder().decode(bytes);
}

function holds({ files }: World, path: string, bytes: Uint8Array): boolean {
  const there = files.status(path);
  if (there?.kind !== 'file' || there.size !== bytes.length) return false;
  const found = files.read(path, LIMIT);
  return found !== undefined && equalBytes(found, bytes);
}
