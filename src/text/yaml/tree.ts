/** Where something stands in a text; both count from 1, columns in UTF-16 units. */
export interface Place {
  readonly line: number;
  /** Absent where only the line is known. */
  readonly column?: number;
}

/** A YAML document without anchors, tags and references: what policies and lists are made of. */
export type YamlNode =
  | { readonly kind: 'scalar'; readonly at: Place; readonly value: string | number | boolean | null }
  | { readonly kind: 'list'; readonly at: Place; readonly items: readonly YamlNode[] }
  | { readonly kind: 'map'; readonly at: Place; readonly entries: readonly YamlEntry[] };

/** Keys are kept in a list, in their order and never as members of an object: `__proto__` is a word like any other. */
export interface YamlEntry {
  readonly key: string;
  readonly at: Place;
  readonly value: YamlNode;
}

export interface Problem {
  readonly at: Place;
  readonly text: string;
}

/** In the order of the text. */
export const inOrder = (problems: readonly Problem[]): readonly Problem[] =>
  [...problems].sort((a, b) => a.at.line - b.at.line || (a.at.column ?? 0) - (b.at.column ?? 0));

/** `svcauth.yaml:12:3: what is wrong`, in the order of the text. */
export function problemLines(path: string, problems: readonly Problem[]): readonly string[] {
  return inOrder(problems).map(
    ({ at, text }) => `${path}:${at.line}${at.column === undefined ? '' : `:${at.column}`}: ${text}`,
  );
}
