import { visible } from './visible.ts';

/** Labelled facts, one a line, the labels aligned; those without a value are left out. */
export function formatFacts(facts: readonly (readonly [label: string, value: string | undefined])[]): string {
  const width = Math.max(...facts.map(([label]) => label.length));
  return facts
    .flatMap(([label, value]) => (value === undefined ? [] : [`${label.padEnd(width)}  ${visible(value)}\n`]))
    .join('');
}
