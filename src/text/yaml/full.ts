// Parses any YAML document with the `yaml` package into the plain parser's tree, with the place of each fault.
// `document.ts` loads it only for documents that the plain parser declines. It reports faults of the input and throws none.
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Pair } from 'yaml';
import type { Place, Problem, YamlEntry, YamlNode } from './tree.ts';

/** Largest text in characters: the package takes seconds and hundreds of megabytes for this much. */
const LIMIT = 8 * 1024 * 1024;

/** Reads any YAML 1.2 document by the core schema; anchors, aliases, merge keys and repeated keys are problems. */
export function readFullYaml(text: string, report: (problem: Problem) => void): YamlNode | undefined {
  const start: Place = { line: 1, column: 1 };
  if (text.length > LIMIT) {
    report({
      at: start,
      text: `it is larger than ${LIMIT / 1024 / 1024} MiB and not in plain YAML: write one key per line, or use CSV`,
    });
    return undefined;
  }
  const lines = new LineCounter();
  const place = (offset: number | undefined, otherwise: Place): Place => {
    if (offset === undefined) return otherwise;
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };

  const toNode = (node: unknown, otherwise: Place): YamlNode => {
    if (node === null || node === undefined || (isScalar(node) && node.value === null && !node.source)) {
      return { kind: 'scalar', at: otherwise, value: null };
    }
    const at = place((node as { range?: [number, number, number] | null }).range?.[0], otherwise);
    if ((node as { anchor?: string }).anchor !== undefined) report({ at, text: 'anchors are not supported' });
    if (isMap(node)) return { kind: 'map', at, entries: node.items.flatMap(pair => toEntry(pair, at)) };
    if (isSeq(node)) return { kind: 'list', at, items: node.items.map(item => toNode(item, at)) };
    if (isAlias(node))
      report({ at, text: `"*${node.source}" is an alias, which is not supported: put text in quotes` });
    const value = isScalar(node) ? node.value : null;
    return { kind: 'scalar', at, value: isPrimitive(value) ? value : null };
  };

  const toEntry = (pair: Pair, otherwise: Place): YamlEntry[] => {
    const key = toNode(pair.key, otherwise);
    const value = toNode(pair.value, key.at);
    if (key.kind === 'scalar' && typeof key.value === 'string') return [{ key: key.value, at: key.at, value }];
    report({ at: key.at, text: 'a key must be text' });
    return [];
  };

  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2', schema: 'core' });
    for (const error of [...document.errors, ...document.warnings]) {
      report({ at: place(error.pos[0], start), text: explain(error.code, error.message) });
    }
    return document.errors.length > 0 ? undefined : toNode(document.contents, start);
  } catch (error) {
    // the package recurses, and a deep document exhausts the stack; its own errors are in the list above
    if (!(error instanceof RangeError)) throw error;
    report({ at: start, text: 'it is nested too deeply' });
    return undefined;
  }
}

const isPrimitive = (value: unknown): value is string | number | boolean | null =>
  value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

function explain(code: string, message: string): string {
  if (code === 'DUPLICATE_KEY') return 'the same key is given twice';
  if (code === 'MULTIPLE_DOCS') return 'a second document begins here; only one is supported';
  return `this is not YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}
