// Reads typed values from a YAML tree: text, lists, and maps of known keys, each fault reported with its place.
// `text/shape.ts` and the files that read policy and services build on it. It reports faults of the input and never throws them.
import { SvcauthError } from '../../errors/error.ts';
import { nearest, quote } from '../../errors/row.ts';
import type { Place, Problem, YamlNode } from './tree.ts';

export type Report = (problem: Problem) => void;

/** Reads a value from a node; returns undefined after it has reported the reason. */
export type Read<T> = (node: YamlNode, report: Report) => T | undefined;

/** Reads a text that `parse` converts; reports a catalogue error that `parse` throws. */
export function textOf<T>(parse: (text: string) => T): Read<T> {
  return (node, report) => {
    const text = plainText(node, report);
    return text === undefined ? undefined : attempt(() => parse(text), node.at, report);
  };
}

/** Reads a list; a single value needs no brackets. */
export function listOf<T>(read: Read<T>): Read<readonly T[]> {
  return (node, report) => {
    const values = (node.kind === 'list' ? node.items : [node]).map(item => read(item, report));
    return values.every(value => value !== undefined) ? values : undefined;
  };
}

/** Reads a map of known keys, each optional. For an unknown key it reports the message of `explain`. */
export function objectOf<T extends object>(
  fields: { readonly [K in keyof T]-?: Read<NonNullable<T[K]>> },
  explain: (key: string) => string = key => unknownWord('key', key, Object.keys(fields)),
): Read<Partial<T>> {
  const known = new Map<string, Read<unknown>>(Object.entries(fields));
  return (node, report) => {
    if (node.kind !== 'map') return refuse(node, `keys are wanted here (${[...known.keys()].join(', ')})`, report);
    const values: [string, unknown][] = [];
    for (const { key, at, value } of node.entries) {
      const read = known.get(key);
      if (read === undefined) report({ at, text: explain(key) });
      else values.push([key, read(value, report)]);
    }
    return Object.fromEntries(values.filter(([, value]) => value !== undefined)) as Partial<T>;
  };
}

export function unknownWord(noun: string, word: string, known: Iterable<string>): string {
  const words = [...known];
  const near = nearest(word, words);
  const answer = near === undefined ? `; known: ${words.join(', ')}` : `: did you mean ${quote(near)}?`;
  return `unknown ${noun} ${quote(word)}${answer}`;
}

/** Reads the text of a scalar; refuses a number, or a word that YAML does not read as text. */
export function plainText(node: YamlNode, report: Report): string | undefined {
  if (node.kind !== 'scalar') return refuse(node, 'a single value is required here', report);
  if (typeof node.value === 'string') return node.value;
  if (node.value === null) return refuse(node, 'a value is missing here', report);
  return refuse(node, `YAML reads ${node.value} as a ${typeof node.value}: to write text, put it in quotes`, report);
}

export function attempt<T>(parse: () => T, at: Place, report: Report): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof SvcauthError)) throw error;
    report({ at, text: [error.message, ...error.hints].join('; ') });
    return undefined;
  }
}

function refuse({ at }: YamlNode, text: string, report: Report): undefined {
  report({ at, text });
  return undefined;
}
