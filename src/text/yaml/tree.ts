/** A place in a text. Line and column count from 1, columns in UTF-16 units. */
export interface Place {
  readonly line: number;
  /** Absent where only the line is known. */
  readonly column?: number;
}

/** A YAML document without anchors, tags and references, as in policies and services files. */
export type YamlNode =
  | { readonly kind: 'scalar'; readonly at: Place; readonly value: string | number | boolean | null }
  | { readonly kind: 'list'; readonly at: Place; readonly items: readonly YamlNode[] }
  | { readonly kind: 'map'; readonly at: Place; readonly entries: readonly YamlEntry[] };

/** Entry of a map. Entries are a list in their order, never members of an object, so `__proto__` is an ordinary key. */
export interface YamlEntry {
  readonly key: string;
  readonly at: Place;
  readonly value: YamlNode;
}

export interface Problem {
  readonly at: Place;
  readonly text: string;
}

/** Sorts problems by their place in the text. */
export const inOrder = (problems: readonly Problem[]): readonly Problem[] =>
  [...problems].sort((a, b) => a.at.line - b.at.line || (a.at.column ?? 0) - (b.at.column ?? 0));

/** Writes problems as `svcauth.yaml:12:3: the fault`, by their place in the text. */
export function problemLines(path: string, problems: readonly Problem[]): readonly string[] {
  return inOrder(problems).map(
    ({ at, text }) => `${path}:${at.line}${at.column === undefined ? '' : `:${at.column}`}: ${text}`,
  );
}
