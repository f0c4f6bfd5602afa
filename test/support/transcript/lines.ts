/** Lines of output, and expected lines in which `…` stands for any text. */

const ANY = '…';

/** Splits text into lines; a missing final newline is visible. */
export function splitLines(output: string): string[] {
  if (output === '') return [];
  return output.endsWith('\n') ? output.slice(0, -1).split('\n') : `${output} (no newline at the end)`.split('\n');
}

function matchesLine(pattern: string, line: string): boolean {
  if (!pattern.includes(ANY)) return pattern === line;
  const literal = pattern.split(ANY).map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literal.join('.*')}$`, 'su').test(line);
}

export function matchesLines(patterns: readonly string[], lines: readonly string[]): boolean {
  // reachable[i]: the patterns so far match the first i lines
  let reachable = [true, ...lines.map(() => false)];
  for (const pattern of patterns) {
    if (pattern === ANY) {
      const first = reachable.indexOf(true);
      reachable = reachable.map((_, i) => first >= 0 && i >= first);
    } else {
      reachable = reachable.map((_, i) => i > 0 && reachable[i - 1]! && matchesLine(pattern, lines[i - 1]!));
    }
  }
  return reachable.at(-1)!;
}

/** Returns the actual lines, with the patterns that still match in their places. */
export function alignLines(patterns: readonly string[], lines: readonly string[]): string[] {
  const anchors = longestCommon(
    patterns.flatMap((text, index) => (text === ANY ? [] : [{ text, index }])),
    lines,
  );
  const result: string[] = [];
  let [pattern, line] = [0, 0];
  for (const anchor of [...anchors, { pattern: patterns.length, line: lines.length }]) {
    const between = patterns.slice(pattern, anchor.pattern);
    if (between.length === 1 && between[0] === ANY) result.push(ANY);
    else result.push(...lines.slice(line, anchor.line).map(each => keepGaps(patterns, each)));
    if (anchor.pattern < patterns.length) result.push(patterns[anchor.pattern]!);
    [pattern, line] = [anchor.pattern + 1, anchor.line + 1];
  }
  return result;
}

/** A changed line keeps `…` for a number or digest that follows the same word as a `…` of the old lines (`sha256=…`). */
function keepGaps(patterns: readonly string[], line: string): string {
  const words = patterns.flatMap(pattern =>
    pattern
      .split(ANY)
      .slice(0, -1)
      .flatMap(literal => /[^\s,]{2,} ?$/.exec(literal)?.[0] ?? []),
  );
  return [...new Set(words)].reduce((text, word) => {
    const literal = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return text.replace(new RegExp(`(?<=${literal})(?:[0-9a-f]{8,}|[\\d.]+)`, 'gu'), ANY);
  }, line);
}

interface Anchor {
  readonly pattern: number;
  readonly line: number;
}

/** Longest common subsequence of patterns and lines, as pairs of positions. */
function longestCommon(
  patterns: readonly { readonly text: string; readonly index: number }[],
  lines: readonly string[],
): Anchor[] {
  const best: Anchor[][] = lines.map(() => []).concat([[]]);
  for (const { text, index } of patterns.toReversed()) {
    let diagonal: Anchor[] = [];
    for (let i = lines.length - 1; i >= 0; i--) {
      const before = best[i]!;
      const found: Anchor[] = matchesLine(text, lines[i]!) ? [{ pattern: index, line: i }, ...diagonal] : [];
      best[i] = [found, before, best[i + 1]!].reduce((a, b) => (b.length > a.length ? b : a));
      diagonal = before;
    }
  }
  return best[0] ?? [];
}
