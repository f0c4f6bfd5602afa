// Reads the hooks of a services file or of the policy, and gives their JSON Schema.
// `listed.ts` and `policy/rules/file.ts` use it. It runs nothing, and it leaves relative paths to both of them.
import { durationText, parseDuration, type Seconds } from '../../time/duration.ts';
import { HOOK_EVENTS, type HookSpec } from '../../record/upkeep.ts';
import { parseChoice } from '../../text/choice.ts';
import { duration } from './shape.ts';
import { described, list, object, refined, text, type Shape } from '../../text/shape.ts';
import { yamlFlowList } from '../../text/yaml/text.ts';
import type { YamlNode } from '../../text/yaml/tree.ts';
import { listOf, plainText, type Report } from '../../text/yaml/value.ts';

const readWords = listOf(plainText);

const argv: Shape<readonly string[]> = {
  read: (node, report) => {
    if (node.kind === 'scalar') return refuseShell(node, report);
    const words = readWords(node, report);
    const fault = words && argvFault(words);
    if (fault === undefined) return words;
    report({ at: node.at, text: `not a hook (a program and its arguments): ${fault}` });
    return undefined;
  },
  schema: { type: 'array', description: 'the program and its arguments', minItems: 1, items: { type: 'string' } },
};

function argvFault([program, ...rest]: readonly string[]): string | undefined {
  if (program === undefined) return 'the list is empty';
  if (program === '') return 'the program name is empty';
  return [program, ...rest].some(word => word.includes('\0')) ? 'a word contains a NUL character' : undefined;
}

/** Reports a hook that is one text, and shows it as a list: svcauth runs hooks without a shell. */
function refuseShell(node: YamlNode, report: Report): undefined {
  const line = plainText(node, report);
  if (line === undefined) return;
  const words = line.split(' ').filter(word => word !== '');
  report({ at: node.at, text: `a hook is a list of words, not a shell command: write ${yamlFlowList(words)}` });
}

const LONGEST = parseDuration('1d');

export const hookTimeout: Shape<Seconds> = refined(
  described(duration, 'Time limit of the hook, like 30s. A hook that exceeds it is stopped.'),
  (timeout, at, report) => {
    if (timeout <= LONGEST) return timeout;
    report({ at, text: `${durationText(timeout)} is longer than ${durationText(LONGEST)}` });
    return undefined;
  },
);

const on = refined(
  list(
    text(word => parseChoice(word, 'an event', HOOK_EVENTS), { enum: HOOK_EVENTS }),
    'Events that run the hook. certificate: new files of the service; trust: a changed bundle or CRL (default: both).',
  ),
  (events, at, report) => {
    if (events.length > 0) return HOOK_EVENTS.filter(event => events.includes(event));
    report({ at, text: 'the list is empty: the hook would never run' });
    return undefined;
  },
);

const detailed = object({ argv, timeout: hookTimeout, on }, ['argv']);

function readHook(node: YamlNode, report: Report): HookSpec | undefined {
  if (node.kind === 'map') return detailed.read(node, report);
  const words = argv.read(node, report);
  return words && { argv: words };
}

/** Returns the words of one hook that was written in place of a list of hooks; otherwise undefined. */
function bareWords(node: YamlNode): readonly string[] | undefined {
  if (node.kind !== 'list' || node.items.length < 2) return undefined;
  const words = node.items.flatMap(item =>
    item.kind === 'scalar' && typeof item.value === 'string' && !item.value.includes(' ') ? [item.value] : [],
  );
  return words.length === node.items.length ? words : undefined;
}

export const hooks: Shape<readonly HookSpec[]> = {
  read: (node, report) => {
    const words = bareWords(node);
    if (words === undefined) return listOf(readHook)(node, report);
    const text = `"hooks" is a list of hooks, and a hook is a list of words: write [${yamlFlowList(words)}]`;
    report({ at: node.at, text });
    return undefined;
  },
  schema: {
    description:
      'Programs to run in this order, without a shell, after new files are in place and after the bundle or a CRL changed.',
    anyOf: [{ type: 'array', items: { anyOf: [argv.schema, detailed.schema] } }, detailed.schema],
  },
};
