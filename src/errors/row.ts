// Defines a row of the error catalogue, and quotes input for messages and for command lines.
// The files in `rows/` and several subjects call it. It is pure and knows no subject.
import type { ExitStatus } from './exit-status.ts';

/** One error of the catalogue: its exit status, its message and what to do next. */
export interface ErrorRow<P> {
  readonly exit: ExitStatus;
  /** One line: lower case, no full stop, the user's words quoted. It gives the resulting state where that is not obvious. */
  readonly message: (params: P) => string;
  /** Further facts, each on its own line below the message. */
  readonly details: (params: P) => readonly string[];
  /** Commands to run next, or advice where no command helps. */
  readonly hints: (params: P) => readonly string[];
}

/** Declares a row. The parameter type is written at the call, so the compiler checks every use of the code. */
export function row<P>(
  exit: ExitStatus,
  message: (params: P) => string,
  hints: (params: P) => readonly string[] = () => [],
  details: (params: P) => readonly string[] = () => [],
): ErrorRow<P> {
  return { exit, message, details, hints };
}

/** Quotes a text of the user: escapes control characters and cuts it to one line. */
export function quote(text: string): string {
  const visible = JSON.stringify(text.length > 120 ? `${text.slice(0, 117)}...` : text);
  // JSON leaves DEL, C1 controls and bidirectional overrides as they are; a terminal would act on them
  return visible.replace(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Quotes a path for a command line, where it needs quotes. */
export const shell = (path: string): string =>
  /^[\w./+@:,-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;

/** Returns the known word nearest to a typed word; undefined if more than a third of it is mistyped. */
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

/** Counts insertions, deletions, substitutions and swaps of neighbours (optimal string alignment), up to `limit`. */
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
