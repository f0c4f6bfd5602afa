// Fills the templates of `config`. Each value stays a single value in the syntax of its target: shell, cron, systemd, YAML…
// Every `config` command goes through it. It reads no file: the template comes in as text.
import { failure } from '../../errors/error.ts';
import { shell } from '../../errors/row.ts';

/** Places of a value in a file for another program, and its quoting there. */
const PLACES = {
  /** A value that svcauth wrote in the language of the file: a number, a simple name, an expression. */
  raw: value => value,
  /** A word for a POSIX shell; HAProxy quotes in the same way. */
  shell,
  /** A shell word in a crontab, where % ends the line (crontab(5)). */
  cron: value => shell(value).replaceAll('%', '\\%'),
  /** A word of a systemd setting (systemd.syntax(7), Quoting); % begins a specifier. */
  setting: unitWord,
  /** A word of a command line such as ExecStart=, where $ begins a variable (systemd.service(5), Command lines). */
  exec: value => unitWord(value).replaceAll('$', '$$$$'),
  /** The rest of a line without quoting: a variable of a crontab. */
  line: value => value,
  /** The rest of a line in a unit. */
  bare: value => value.replaceAll('%', '%%'),
  /** A double-quoted scalar: JSON is YAML (YAML 1.2 §1.3). JavaScript and Python read it as well. */
  string: value => JSON.stringify(value),
  /** A double-quoted scalar in which GitLab expands variables. */
  gitlab: value => JSON.stringify(value.replaceAll('$', '$$$$')),
  /** A parameter of nginx. */
  nginx: value => (PLAIN.test(value) ? value : `"${value.replaceAll('"', '\\"')}"`),
} as const satisfies Readonly<Record<string, (value: string) => string>>;

type Place = keyof typeof PLACES;

/** Values of the holes. A line with a list is repeated for each of its values, and left out if the list is empty. */
export type Holes = Readonly<Record<string, string | readonly string[]>>;

const HOLE = /@([a-z-]+):([a-z]+)@/g;
const PLAIN = /^[\w./+,:=-]+$/;
/** Values that no place can quote: every one of these languages gives a backslash a meaning of its own. */
const NOWHERE = /[\p{Cc}\u2028\u2029\\]|^\s|\s$/u;
/** Values that one place cannot quote: nginx expands $ in all quotes, and GitHub expands ${{ before it parses the line. */
const NOT_IN = { nginx: /\$/, string: /\$\{\{/, shell: /\$\{\{/ } as const satisfies Partial<Record<Place, RegExp>>;

/** Fills the holes of a template, `@name:place@`. Throws ERR_CONFIG_VALUE for a value that cannot be quoted there. */
export function renderTemplate(template: string, holes: Holes): string {
  return template
    .split('\n')
    .flatMap(line => repeatLine(line, holes))
    .join('\n');
}

function repeatLine(line: string, holes: Holes): string[] {
  const list = [...line.matchAll(HOLE)].map(([, name]) => holes[name!]).find(value => typeof value === 'object');
  return (list ?? ['']).map(item =>
    line.replace(HOLE, (_, name: string, place: string) => {
      const value = holes[name];
      if (value === undefined) throw new Error(`nothing fills the hole ${name} of a template`);
      return write(name, typeof value === 'string' ? value : item, place);
    }),
  );
}

function write(name: string, value: string, place: string): string {
  if (!isPlace(place)) throw new Error(`a template has no place called ${place}`);
  const impossible = (NOT_IN as Partial<Record<Place, RegExp>>)[place];
  if (place !== 'raw' && (NOWHERE.test(value) || impossible?.test(value))) {
    throw failure('ERR_CONFIG_VALUE', { name, value });
  }
  return PLACES[place](value);
}

const isPlace = (text: string): text is Place => Object.hasOwn(PLACES, text);

function unitWord(value: string): string {
  const escaped = value.replaceAll('%', '%%');
  return PLAIN.test(value) ? escaped : `"${escaped.replaceAll('"', '\\"')}"`;
}
