import type { ModeOutcome } from '../run/mode.ts';
import { formatFacts } from '../../view/facts.ts';
import type { View } from '../../view/output.ts';
import type { CA_ROTATE_MODE } from './documents.ts';

const WORDS = {
  auto: 'tick takes the steps of this rotation',
  manual: 'an operator takes the steps of this rotation',
} as const;

/** Formats the side that takes the steps of a rotation. */
export const rotationModeView = (outcome: ModeOutcome): View<typeof CA_ROTATE_MODE> => ({
  table: () =>
    formatFacts([
      [outcome.changed ? 'changed' : 'unchanged', outcome.path],
      [`rotation.${outcome.tier}`, `${outcome.mode}: ${WORDS[outcome.mode]}`],
    ]),
  json: () => ({ kind: 'ca-rotate-mode', value: outcome }),
  jsonl: () => [{ kind: 'ca-rotate-mode', value: outcome }],
});
