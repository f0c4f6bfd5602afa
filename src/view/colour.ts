import type { Sink } from '../world/world.ts';

type Paint = (text: string) => string;

export interface Colours {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly red: Paint;
}

const plain: Paint = text => text;

/** Text as it is: for pipes, files and JSON. */
const NO_COLOURS: Colours = { bold: plain, dim: plain, green: plain, yellow: plain, red: plain };

/** The colours of a sink: the only door to chalk, which a pipe never loads. */
export async function coloursFor(sink: Sink, env: Readonly<Record<string, string | undefined>>): Promise<Colours> {
  if (!wantsColour(sink, env)) return NO_COLOURS;
  const { Chalk } = await import('chalk');
  // level 1: the sixteen colours that every terminal has and every theme chooses
  return new Chalk({ level: 1 });
}

/** FORCE_COLOR as Node reads it, then NO_COLOR (no-color.org: set and not empty), then what the sink is. */
function wantsColour(sink: Sink, env: Readonly<Record<string, string | undefined>>): boolean {
  const { FORCE_COLOR: force, NO_COLOR: no, TERM: term } = env;
  if (force !== undefined) return force !== '0' && force !== 'false';
  if (no !== undefined && no !== '') return false;
  return sink.isTTY && term !== 'dumb';
}
