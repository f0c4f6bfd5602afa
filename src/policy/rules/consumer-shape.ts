// Reads a consumer of svcauth.yaml: a program that loads published trust and is not a service of this PKI.
// `file.ts` calls it, and takes the hooks of the policy from it. It runs nothing.
import { failure } from '../../errors/error.ts';
import { quote } from '../../errors/row.ts';
import type { ConsumerSpec, HookSpec } from '../../record/upkeep.ts';
import { hooks } from '../../service/rules/hook-shape.ts';
import { reloadFault, RELOAD_SHAPES } from '../../service/rules/reload-shape.ts';
import { object, refined, text, type Shape } from '../../text/shape.ts';
import type { Read } from '../../text/yaml/value.ts';

/** Refuses relative paths, because a hook of the policy has no directory of its own. */
export const policyHooks: Shape<readonly HookSpec[]> = refined(hooks, (value, at, report) => {
  const relative = value.find(({ argv: [program = ''] }) => program.includes('/') && !program.startsWith('/'));
  if (relative === undefined) return value;
  report({ at, text: `${quote(relative.argv[0]!)} is a relative path; use a program name or an absolute path` });
  return undefined;
});

const NAME = '^[A-Za-z0-9][A-Za-z0-9._-]*$';
const LONGEST_NAME = 63;

const name = text(
  word => {
    if (word.length <= LONGEST_NAME && new RegExp(NAME).test(word)) return word;
    const reason = `use at most ${LONGEST_NAME} letters, digits, dots, dashes and underscores`;
    throw failure('ERR_CONSUMER_NAME', { text: word, reason });
  },
  { pattern: NAME, maxLength: LONGEST_NAME },
);

const shape = object({ name, hooks: policyHooks, ...RELOAD_SHAPES }, ['name']);

/** Reads one consumer: a name, and its hooks or its kind of reload. */
export const consumer: Read<ConsumerSpec> = (node, report) => {
  const value = shape.read(node, report);
  if (value === undefined) return undefined;
  const { name, hooks = [], reload, every } = value;
  const fault = faultOf(hooks, reload, every);
  if (fault !== undefined) {
    report({ at: node.at, text: fault });
    return undefined;
  }
  if (reload === 'self') return { name, reload, every: every! };
  return reload === 'manual' ? { name, reload } : { name, hooks };
};

function faultOf(hooks: readonly HookSpec[], reload: string | undefined, every: number | undefined) {
  if (reload === 'none') return 'a consumer loads trust: write "reload: self" or "reload: manual", or remove it';
  if (reload !== undefined && hooks.length > 0) return 'a consumer has "hooks" or "reload", not both';
  if (reload === undefined && hooks.length === 0) return 'a consumer needs "hooks" or "reload"';
  const never = hooks.find(({ on }) => on !== undefined && !on.includes('trust'));
  if (never !== undefined) return `the hook ${quote(never.argv.join(' '))} of a consumer must run for trust`;
  return reloadFault(reload, every);
}
