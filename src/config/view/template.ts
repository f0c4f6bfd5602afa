// Fills the templates of `config`, so each value stays a single value in the syntax of its target: shell, cron, systemd, YAML…
// Every `config` command goes through it. It reads no file: the template comes in as text.
import { failure } from '../../errors/error.ts';
import { shell } from '../../errors/row.ts';

/** Where a value may stand in a file for another program, and how it is written there so that it stays one value. */
const PLACES = {
  /** Made by ourselves in the language of the file: a number, a name of few characters, an expression. */
  raw: value => value,
  /** A word for a POSIX shell; HAProxy quotes alike. */
  shell,
  /** The same in a crontab, where cron takes % for the end of the line (crontab(5)). */
  cron: value => shell(value).replaceAll('%', '\\%'),
  /** A word of a systemd setting (systemd.syntax(7), Quoting); % begins a specifier. */
  setting: unitWord,
  /** A word of ExecStart= and its like, where $ begins a variable (systemd.service(5), Command lines). */
  exec: value => unitWord(value).replaceAll('$', '$$$$'),
  /** The rest of a line that nobody unquotes: a variable of a crontab. */
  line: value => value,
  /** The same in a unit. */
  bare: value => value.replaceAll('%', '%%'),
  /** A double-quoted scalar: JSON is YAML (YAML 1.2 §1.3). JavaScript and Python read it as well. */
  string: value => JSON.stringify(value),
  /** The same where GitLab expands variables. */
  gitlab: value => JSON.stringify(value.replaceAll('$', '$$$$')),
  /** A parameter of nginx. */
  nginx: value => (PLAIN.test(value) ? value : `"${value.replaceAll('"', '\\"')}"`),
} as const satisfies Readonly<Record<string, (value: string) => string>>;

type Place = keyof typeof PLACES;

/** A line with a list stands once for each of its values, and not at all when there are none. */
export type Holes = Readonly<Record<string, string | readonly string[]>>;

const HOLE = /@([a-z-]+):([a-z]+)@/g;
const PLAIN = /^[\w./+,:=-]+$/;
/** No place keeps these as they are: every one of these languages gives a backslash a meaning of its own. */
const NOWHERE = /[\p{Cc}\u2028\u2029\\]|^\s|\s$/u;
/** nginx takes $ for a variable whatever the quotes; GitHub replaces an expression before anybody reads the line. */
const NOT_IN = { nginx: /\$/, string: /\$\{\{/, shell: /\$\{\{/ } as const satisfies Partial<Record<Place, RegExp>>;

/** The text with its holes, `@name:place@`, filled. Throws ERR_CONFIG_VALUE for a value that the place cannot hold. */
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
