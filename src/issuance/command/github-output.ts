import { isAbsolute, relative, resolve } from 'node:path';
import type { World } from '../../world/world.ts';
import { SvcauthError } from '../../errors/error.ts';
import type { Problem } from '../../text/yaml/tree.ts';
import { utf8 } from '../../pki/bytes.ts';
import { annotation } from '../../view/github-annotation.ts';

/** Converts a path in the workspace to one relative to the repository; undefined for standard input. */
export function repositoryPath({ cwd, env }: Pick<World, 'cwd' | 'env'>, path: string): string | undefined {
  if (path === '-') return undefined;
  const inside = relative(env['GITHUB_WORKSPACE'] ?? cwd, resolve(cwd, path));
  return inside.startsWith('..') || isAbsolute(inside) ? path : inside;
}

const SUMMARY_LIMIT = 4 * 1024 * 1024;

/** Appends Markdown to the job summary, if there is one. */
export function appendJobSummary({ env, files }: Pick<World, 'env' | 'files'>, markdown: string): void {
  const path = env['GITHUB_STEP_SUMMARY'];
  if (path === undefined || path === '') return;
  const before = files.read(path, SUMMARY_LIMIT) ?? new Uint8Array();
  files.replace(path, Buffer.concat([before, utf8(markdown)]), 0o644);
}

/** Runs `work`; if it fails on a file, annotates the places of the mistakes first. */
export async function annotatingProblems<T>(world: World, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const places =
      cause instanceof SvcauthError ? (cause.params['places'] as readonly Problem[] | undefined) : undefined;
    const file = repositoryPath(world, path);
    for (const { at, text } of places ?? []) {
      world.out.write(annotation('error', 'svcauth apply', text, file === undefined ? undefined : { file, ...at }));
    }
    throw cause;
  }
}
