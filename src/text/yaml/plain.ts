// Parses the YAML of configuration files without the `yaml` package. A thousand services take 10 ms here and 250 ms with the package,
// a policy 2 ms and 12 ms. `document.ts` calls it first, and the package for every document that it declines.
// It is never more lenient than the package, and their results agree (a property test compares them).
import type { Place, YamlEntry, YamlNode } from './tree.ts';

/**
 * Reads the YAML that is common in configuration files. It reads block lists and maps, scalars on one line, `[a, b]` and `{a: b}`
 * on one line, and comments. Returns undefined for any other document, valid or not.
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
  /** Text without indentation and trailing spaces; never empty, never a comment. */
  readonly body: string;
  readonly number: number;
}

interface Cursor {
  readonly lines: Line[];
  next: number;
}

const MAX_DEPTH = 16;

// Characters without a meaning in YAML; a plain scalar of these alone ends where the match ends. A colon belongs to it only before
// another of them, never as the last character; a dash or a dot begins it only where neither a list nor a number is possible.
const inner = (more: string): string => `[A-Za-z0-9_/.%+@*~=;${more}-]`;
const COLON = ':(?=[A-Za-z0-9_/.:])';
const plain = (more: string): string =>
  `(?:[A-Za-z0-9_/]|-{1,2}(?=[A-Za-z])|\\.{1,2}(?=/))(?:${inner(more)}|${COLON})*(?: +${inner(more)}(?:${inner(more)}|${COLON})*)*`;
const scalar = (more: string): string => `(?:'([^']*)'|"([^"\\\\]*)"|(${plain(more)}))`;
const KEY = '([A-Za-z][A-Za-z0-9_.-]*):';
const BLOCK_ENTRY = new RegExp(`^${KEY}(?:( +)(.*))?$`);
const BLOCK_SCALAR = new RegExp(`^${scalar('{}')}(?: +#.*)?$`);
const FLOW_SCALAR = new RegExp(scalar(''), 'y');
const FLOW_KEY = new RegExp(`${KEY}( +)`, 'y');
const FLOW_MARK = / *([,\]}])/y;
const SPACES = / */y;
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
    if (BLOCK_ENTRY.test(body) || isItem(inner)) {
      cursor.lines[cursor.next] = inner;
      items.push(readBlock(cursor, inner.indent, depth + 1));
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

/** Reads the value below a key: a deeper block, a list at the key's own indentation, or nothing. */
function readNested(cursor: Cursor, indent: number, depth: number, at: Place): YamlNode {
  const line = cursor.lines[cursor.next];
  if (line === undefined || line.indent < indent) return { kind: 'scalar', at, value: null };
  if (line.indent > indent || isItem(line)) return readBlock(cursor, line.indent, depth + 1);
  return { kind: 'scalar', at, value: null };
}

function readValue(text: string, at: Place & { readonly column: number }): YamlNode {
  if (text.startsWith('[') || text.startsWith('{')) {
    const flow: Flow = { text, line: at.line, column: at.column, next: 0 };
    const node = readFlow(flow, 0);
    if (!REST.test(text.slice(flow.next))) throw new BeyondPlain();
    return node;
  }
  const match = BLOCK_SCALAR.exec(text);
  if (match === null) throw new BeyondPlain();
  return { kind: 'scalar', at, value: scalarValue(match[1] ?? match[2], match[3]) };
}

/** The rest of a line from the opening bracket of a collection on. */
interface Flow {
  readonly text: string;
  readonly line: number;
  /** Column of the first character. */
  readonly column: number;
  next: number;
}

function readFlow(flow: Flow, depth: number): YamlNode {
  if (depth > MAX_DEPTH) throw new BeyondPlain();
  const at = placeIn(flow);
  const open = flow.text[flow.next];
  if (open === '[') {
    const items: YamlNode[] = [];
    eachFlow(flow, ']', () => items.push(readFlow(flow, depth + 1)));
    return { kind: 'list', at, items };
  }
  if (open === '{') {
    const entries: YamlEntry[] = [];
    eachFlow(flow, '}', () => {
      const at = placeIn(flow);
      const [, key] = take(FLOW_KEY, flow);
      addEntry(entries, { key: key!, at, value: readFlow(flow, depth + 1) });
    });
    return { kind: 'map', at, entries };
  }
  const [, single, double, plain] = take(FLOW_SCALAR, flow);
  return { kind: 'scalar', at, value: scalarValue(single ?? double, plain) };
}

/** Calls `read` at every member, up to and including the closing bracket. */
function eachFlow(flow: Flow, close: string, read: () => void): void {
  flow.next += 1;
  take(SPACES, flow);
  if (flow.text[flow.next] === close) {
    flow.next += 1;
    return;
  }
  for (;;) {
    read();
    const [, mark] = take(FLOW_MARK, flow);
    if (mark === close) return;
    if (mark !== ',') throw new BeyondPlain();
    take(SPACES, flow);
  }
}

function take(pattern: RegExp, flow: Flow): RegExpExecArray {
  pattern.lastIndex = flow.next;
  const match = pattern.exec(flow.text);
  if (match === null) throw new BeyondPlain();
  flow.next = pattern.lastIndex;
  return match;
}

const placeIn = ({ line, column, next }: Flow): Place => ({ line, column: column + next });

function scalarValue(quoted: string | undefined, plain: string | undefined): string | number {
  if (quoted !== undefined) return quoted;
  const word = plain!;
  if (!NOT_STRING.test(word)) return word;
  if (/^(?:0|[1-9][0-9]{0,8})$/.test(word)) return Number(word);
  throw new BeyondPlain();
}

function addEntry(entries: YamlEntry[], entry: YamlEntry): void {
  // an object has some twenty keys: a set would cost more than this search
  if (NOT_STRING.test(entry.key) || entries.some(({ key }) => key === entry.key)) throw new BeyondPlain();
  entries.push(entry);
}

const placeOf = (line: Line): Place & { readonly column: number } => ({
  line: line.number,
  column: line.indent + 1,
});
