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

/** Unchanged text, for pipes, files and JSON. */
const NO_COLOURS: Colours = { bold: plain, dim: plain, green: plain, yellow: plain, red: plain };

/** Returns the colours for a sink. Only this file imports chalk, and a pipe never loads it. */
export async function coloursFor(sink: Sink, env: Readonly<Record<string, string | undefined>>): Promise<Colours> {
  if (!wantsColour(sink, env)) return NO_COLOURS;
  const { Chalk } = await import('chalk');
  // level 1: the sixteen colours that every terminal has and every theme chooses
  return new Chalk({ level: 1 });
}

/** Decides by FORCE_COLOR as Node reads it, then NO_COLOR (no-color.org: set and not empty), then the sink. */
function wantsColour(sink: Sink, env: Readonly<Record<string, string | undefined>>): boolean {
  const { FORCE_COLOR: force, NO_COLOR: no, TERM: term } = env;
  if (force !== undefined) return force !== '0' && force !== 'false';
  if (no !== undefined && no !== '') return false;
  return sink.isTTY && term !== 'dumb';
}
