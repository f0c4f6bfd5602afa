/** A schedule of runs; `next` returns undefined when there is none. */
export interface Runs {
  readonly now: Date;
  readonly until: Date;
  /** Returns the first run at or after `instant` and after the run `previous`, even beyond `until`. */
  next(instant: Date, previous?: Date): Date | undefined;
}

/** Makes runs at an interval. The first is a whole interval from now, the worst case. `Infinity`: no run at all. */
export function runsEvery(seconds: number, now: Date, until: Date): Runs {
  const interval = seconds * 1000;
  return {
    now,
    until,
    next: (instant, previous = now) => {
      const count = Math.max(
        Math.ceil((instant.getTime() - now.getTime()) / interval),
        Math.floor((previous.getTime() - now.getTime()) / interval) + 1,
      );
      const run = now.getTime() + count * interval;
      return Number.isFinite(run) ? new Date(run) : undefined;
    },
  };
}
