import type { Place, YamlEntry, YamlNode } from './yaml-tree.ts';

/**
 * Reads the YAML that people write for configuration: block lists and maps, scalars on one line, one level of `[a, b]` and
 * `{a: b}`, comments. Answers undefined to everything else, right or wrong, for the `yaml` package to decide: that one reads
 * all of YAML, but takes 250 ms for a thousand services where this takes 10, and 12 ms for a policy where this takes 2. Never
 * more lenient than it, and of the same opinion wherever it answers (a property test compares them).
 */
export function readPlainYaml(text: string): YamlNode | undefined {
  const unix = text.replaceAll('\r\n', '\n');
  if (!/^[\n\x20-\x7e]*$/.test(unix)) return undefined;
  const lines = significantLines(unix);
  if (lines[0]?.body === '---' && lines[0].indent === 0) lines.shift();
  if (lines.length === 0) return undefined;
  try {
    const cursor: Cursor = { lines, next: 0 };
    const root = readBlock(cursor, lines[0]!.indent, 0);
    return cursor.next === lines.length ? root : undefined;
  } catch (error) {
    if (error instanceof BeyondPlain) return undefined;
    throw error;
  }
}

class BeyondPlain extends Error {}

interface Line {
  readonly indent: number;
  /** Without indentation and trailing spaces; never empty, never a comment. */
  readonly body: string;
  readonly number: number;
}

interface Cursor {
  readonly lines: Line[];
  next: number;
}

const MAX_DEPTH = 16;

// The characters that mean nothing in YAML, so that a plain scalar of them ends where it seems to. A colon counts as one only
// before another, and is not last.
const plain = (more: string): string => `[A-Za-z0-9_/](?:[A-Za-z0-9_/.%+@*~=;${more}-]|:(?=[A-Za-z0-9_/.:]))*`;
const scalar = (more: string): string => `(?:'([^']*)'|"([^"\\\\]*)"|(${plain(more)}))`;
const KEY = '([A-Za-z][A-Za-z0-9_.-]*):';
const BLOCK_ENTRY = new RegExp(`^${KEY}(?:( +)(.*))?$`);
const BLOCK_SCALAR = new RegExp(`^${scalar('{}')}(?: +#.*)?$`);
const FLOW_ITEM = new RegExp(` *${scalar('')} *([,\\]])`, 'y');
const FLOW_ENTRY = new RegExp(` *${KEY}( +)${scalar('')} *([,}])`, 'y');
const EMPTY_FLOW = /^(?:\[ *\]|\{ *\})(?: +#.*)?$/;
const REST = /^(?: +#.*)?$/;

// YAML 1.2 core schema (§10.3.2): plain words that are not strings
const NOT_STRING =
  /^(?:null|Null|NULL|true|True|TRUE|false|False|FALSE|0o[0-7]+|0x[0-9a-fA-F]+|[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?)$/;

function significantLines(text: string): Line[] {
  const lines: Line[] = [];
  let number = 0;
  for (const line of text.split('\n')) {
    number += 1;
    const body = line.trim();
    if (body !== '' && !body.startsWith('#')) lines.push({ indent: line.indexOf(body), body, number });
  }
  return lines;
}

const isItem = (line: Line | undefined): boolean => line !== undefined && line.body.startsWith('- ');

function readBlock(cursor: Cursor, indent: number, depth: number): YamlNode {
  if (depth > MAX_DEPTH) throw new BeyondPlain();
  return isItem(cursor.lines[cursor.next]) ? readList(cursor, indent, depth) : readMap(cursor, indent, depth);
}

function readList(cursor: Cursor, indent: number, depth: number): YamlNode {
  const at = placeOf(cursor.lines[cursor.next]!);
  const items: YamlNode[] = [];
  for (
    let line = cursor.lines[cursor.next];
    line?.indent === indent && isItem(line);
    line = cursor.lines[cursor.next]
  ) {
    const body = line.body.slice(1).trimStart();
    const inner: Line = { indent: indent + line.body.length - body.length, body, number: line.number };
    if (BLOCK_ENTRY.test(body)) {
      cursor.lines[cursor.next] = inner;
      items.push(readMap(cursor, inner.indent, depth + 1));
    } else {
      cursor.next += 1;
      items.push(readValue(inner.body, placeOf(inner)));
    }
  }
  return { kind: 'list', at, items };
}

function readMap(cursor: Cursor, indent: number, depth: number): YamlNode {
  const at = placeOf(cursor.lines[cursor.next]!);
  const entries: YamlEntry[] = [];
  for (let line = cursor.lines[cursor.next]; line?.indent === indent; line = cursor.lines[cursor.next]) {
    const match = BLOCK_ENTRY.exec(line.body);
    if (match === null) throw new BeyondPlain();
    const [, key, space = '', rest = ''] = match;
    cursor.next += 1;
    const column = indent + key!.length + 2 + space.length;
    const value =
      rest === '' || rest.startsWith('#')
        ? readNested(cursor, indent, depth, placeOf(line))
        : readValue(rest, { line: line.number, column });
    addEntry(entries, { key: key!, at: placeOf(line), value });
  }
  if (entries.length === 0) throw new BeyondPlain();
  return { kind: 'map', at, entries };
}

/** What stands below a key: a deeper block, a list at the key's own indentation, or nothing. */
function readNested(cursor: Cursor, indent: number, depth: number, at: Place): YamlNode {
  const line = cursor.lines[cursor.next];
  if (line === undefined || line.indent < indent) return { kind: 'scalar', at, value: null };
  if (line.indent > indent || isItem(line)) return readBlock(cursor, line.indent, depth + 1);
  return { kind: 'scalar', at, value: null };
}

function readValue(text: string, at: Place & { readonly column: number }): YamlNode {
  if (EMPTY_FLOW.test(text)) {
    return text.startsWith('[') ? { kind: 'list', at, items: [] } : { kind: 'map', at, entries: [] };
  }
  if (text.startsWith('[')) return readFlowList(text, at);
  if (text.startsWith('{')) return readFlowMap(text, at);
  const match = BLOCK_SCALAR.exec(text);
  if (match === null) throw new BeyondPlain();
  return { kind: 'scalar', at, value: scalarValue(match[1] ?? match[2], match[3]) };
}

function readFlowList(text: string, at: Place & { readonly column: number }): YamlNode {
  const items: YamlNode[] = [];
  const end = eachFlow(FLOW_ITEM, text, (match, start) => {
    const [, single, double, plain] = match;
    const place = { line: at.line, column: at.column + start };
    items.push({ kind: 'scalar', at: place, value: scalarValue(single ?? double, plain) });
    return match[4] === ']';
  });
  if (!REST.test(text.slice(end))) throw new BeyondPlain();
  return { kind: 'list', at, items };
}

function readFlowMap(text: string, at: Place & { readonly column: number }): YamlNode {
  const entries: YamlEntry[] = [];
  const end = eachFlow(FLOW_ENTRY, text, (match, start) => {
    const [, key, space, single, double, plain] = match;
    const column = at.column + start;
    const valueAt = { line: at.line, column: column + key!.length + 1 + space!.length };
    const value: YamlNode = { kind: 'scalar', at: valueAt, value: scalarValue(single ?? double, plain) };
    addEntry(entries, { key: key!, at: { line: at.line, column }, value });
    return match[6] === '}';
  });
  if (!REST.test(text.slice(end))) throw new BeyondPlain();
  return { kind: 'map', at, entries };
}

/** Matches `pattern` from the second character on until `visit` says that it was the last; answers where that ended. */
function eachFlow(pattern: RegExp, text: string, visit: (match: RegExpExecArray, start: number) => boolean): number {
  pattern.lastIndex = 1;
  for (;;) {
    const match = pattern.exec(text);
    if (match === null) throw new BeyondPlain();
    const start = match.index + match[0].search(/[^ ]/);
    const end = match.index + match[0].length;
    if (visit(match, start)) return end;
    pattern.lastIndex = end;
  }
}

function scalarValue(quoted: string | undefined, plain: string | undefined): string | number {
  if (quoted !== undefined) return quoted;
  const word = plain!;
  if (!NOT_STRING.test(word)) return word;
  if (/^(?:0|[1-9][0-9]{0,8})$/.test(word)) return Number(word);
  throw new BeyondPlain();
}

function addEntry(entries: YamlEntry[], entry: YamlEntry): void {
  // twenty keys or so: a set would cost more than looking
  if (NOT_STRING.test(entry.key) || entries.some(({ key }) => key === entry.key)) throw new BeyondPlain();
  entries.push(entry);
}

const placeOf = (line: Line): Place & { readonly column: number } => ({
  line: line.number,
  column: line.indent + 1,
});
