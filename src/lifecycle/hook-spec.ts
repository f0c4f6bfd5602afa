import { failure } from '../errors.ts';
import { durationText, parseDuration, type Seconds } from './duration.ts';
import type { HookSpec } from './model.ts';
import { attempt, listOf, objectOf, plainText, textOf, type Read } from './yaml-value.ts';

const LONGEST_TIMEOUT = parseDuration('1d');

/** Throws ERR_HOOK. */
function parseHook(argv: readonly string[], timeout?: Seconds): HookSpec {
  const bad = (reason: string) =>
    failure('ERR_HOOK', { text: argv.join(' '), reason, hint: 'write its words: [systemctl, reload, nginx]' });
  const [program = ''] = argv;
  if (program === '') throw bad('it names no program');
  // it runs in /, and nobody chose the directory that cron runs us in
  if (program.includes('/') && !program.startsWith('/')) throw bad('its program is a relative path');
  if (argv.some(word => word.includes('\0'))) throw bad('a word has a NUL character');
  if (timeout === undefined) return { argv };
  if (timeout > LONGEST_TIMEOUT) throw bad(`${durationText(timeout)} is longer than ${durationText(LONGEST_TIMEOUT)}`);
  return { argv, timeout };
}

/** How long a hook may take. */
export const readHookTimeout: Read<Seconds> = textOf(parseDuration);

const words: Read<readonly string[]> = listOf(plainText);

const readLongHook = objectOf<{ argv: readonly string[]; timeout: Seconds }>({ argv: words, timeout: readHookTimeout });

/** The words of a program, or the same with more: `{argv: [systemctl, reload, nginx], timeout: 10s}`. */
const readHook: Read<HookSpec> = (node, report) => {
  if (node.kind === 'scalar') {
    report({ at: node.at, text: 'a hook is a list of words: [systemctl, reload, nginx]' });
    return undefined;
  }
  if (node.kind === 'map') {
    const hook = readLongHook(node, report);
    return hook && attempt(() => parseHook(hook.argv ?? [], hook.timeout), node.at, report);
  }
  const argv = words(node, report);
  return argv && attempt(() => parseHook(argv), node.at, report);
};

/** A list of hooks, also an empty one. */
export const readHooks: Read<readonly HookSpec[]> = (node, report) => {
  if (node.kind === 'list') return listOf(readHook)(node, report);
  report({ at: node.at, text: 'a list of hooks is wanted: [[systemctl, reload, nginx]]' });
  return undefined;
};
