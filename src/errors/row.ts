// Defines a row of the error catalogue, and quotes input for messages: made visible, made pasteable, or the nearest known word.
// The files in `rows/` and several subjects call it. It is pure and knows no subject.
import type { ExitStatus } from './exit-status.ts';

/** One situation of the catalogue: what it exits with, what happened in the user's words, and what to do next. */
export interface ErrorRow<P> {
  readonly exit: ExitStatus;
  /** One line: lower case, no full stop, the user's words quoted; the state things are in where that is not obvious. */
  readonly message: (params: P) => string;
  /** Further facts, each on its own line below the message. */
  readonly details: (params: P) => readonly string[];
  /** What to do next, pasteable where possible. */
  readonly hints: (params: P) => readonly string[];
}

/** Declares a row; the parameter type is written at the call so that every use of the code is checked. */
export function row<P>(
  exit: ExitStatus,
  message: (params: P) => string,
  hints: (params: P) => readonly string[] = () => [],
  details: (params: P) => readonly string[] = () => [],
): ErrorRow<P> {
  return { exit, message, details, hints };
}

/** A quoted form of the user's own words: control characters visible, never longer than a line. */
export function quote(text: string): string {
  const visible = JSON.stringify(text.length > 120 ? `${text.slice(0, 117)}...` : text);
  // JSON leaves DEL, C1 controls and bidirectional overrides as they are; a terminal would act on them
  return visible.replace(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A path as it can be pasted into a command line. */
export const shell = (path: string): string =>
  /^[\w./+@:,-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;

/** The known word nearest to what was typed, or undefined when none is near (at most a third of it mistyped). */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word === '') return undefined;
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(word, candidate, bestDistance);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment); `limit` when it is at least that. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substitution, previous[j]! + 1, current[j - 1]! + 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        current[j] = Math.min(current[j]!, beforePrevious[j - 2]! + 1);
      }
    }
    [beforePrevious, previous] = [previous, current];
  }
  return previous[b.length]!;
}
