import type { Sink } from '../world/world.ts';

export interface Progress {
  /** So many more are done. */
  advance(count?: number): void;
  /** Takes the line away again. */
  end(): void;
}

const SILENT: Progress = { advance: () => undefined, end: () => undefined };

/** Milliseconds between two redraws: smooth to the eye, free for the work. */
const REDRAW = 100;

/** `issuing  120 of 1000`, redrawn in place on a terminal; nothing at all in a pipe or a log. */
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
