// Reads how a program loads changed trust without a hook, and gives the JSON Schema of both keys.
// `listed.ts` and `policy/rules/file.ts` use it. Hooks have their own file.
import { durationText, parseDuration, type Seconds } from '../../time/duration.ts';
import { RELOADS } from '../../record/upkeep.ts';
import { parseChoice } from '../../text/choice.ts';
import { described, refined, text, type Shape } from '../../text/shape.ts';
import { duration } from './shape.ts';

const LONGEST = parseDuration('30d');

const every: Shape<Seconds> = refined(
  described(duration, 'With reload: self, the longest time from one reload to the next, like 1h.'),
  (value, at, report) => {
    if (value <= LONGEST) return value;
    report({ at, text: `${durationText(value)} is longer than ${durationText(LONGEST)}` });
    return undefined;
  },
);

/** Keys for a program that no hook reloads. */
export const RELOAD_SHAPES = {
  reload: text(word => parseChoice(word, 'a kind of reload', RELOADS), {
    description:
      'How the program loads a changed bundle or CRL without a hook. self: it reads the files again; manual: an operator reloads it; none: it loads neither.',
    enum: RELOADS,
  }),
  every,
} as const;

/** Describes a `reload` and an `every` that do not belong together; undefined without a fault. */
export function reloadFault(reload: string | undefined, every: number | undefined): string | undefined {
  if (reload === 'self') return every === undefined ? '"reload: self" needs "every", such as 1h' : undefined;
  return every === undefined ? undefined : '"every" is only for "reload: self"';
}
