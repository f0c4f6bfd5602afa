import type { Sink } from '../world/world.ts';

export interface Progress {
  /** Adds to the number of finished items. */
  advance(count?: number): void;
  /** Removes the line. */
  end(): void;
}

const SILENT: Progress = { advance: () => undefined, end: () => undefined };

/** Milliseconds between two redraws: smooth for the eye, and without cost for the work. */
const REDRAW = 100;

/** Shows `issuing  120 of 1000`, redrawn in place on a terminal; nothing in a pipe or a log. */
export function startProgress(err: Sink, what: string, total: number, ticks: () => number): Progress {
  if (!err.isTTY) return SILENT;
  let done = 0;
  let drawnAt = ticks();
  return {
    advance: (count = 1) => {
      done += count;
      if (ticks() - drawnAt < REDRAW) return;
      drawnAt = ticks();
      err.write(`\r\u001b[K${what}  ${done} of ${total}`);
    },
    end: () => err.write('\r\u001b[K'),
  };
}
