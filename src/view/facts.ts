import type { Cell } from './table.ts';
import { visible } from './visible.ts';

/** Formats labelled facts, one per line, with aligned labels; omits facts without a value. */
export function formatFacts(facts: readonly (readonly [label: Cell, value: string | undefined])[]): string {
  const width = Math.max(...facts.map(([label]) => textOf(label).length));
  return facts
    .flatMap(([label, value]) => {
      if (value === undefined) return [];
      const text = textOf(label);
      const painted = typeof label === 'string' ? label : label.paint(label.text);
      return [`${painted}${' '.repeat(width - text.length)}  ${visible(value)}\n`];
    })
    .join('');
}

const textOf = (label: Cell): string => (typeof label === 'string' ? label : label.text);
