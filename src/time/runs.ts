/** When somebody comes by: a cron line, or nobody ever. */
export interface Runs {
  readonly now: Date;
  readonly until: Date;
  /** The first run at or after `instant` and after the run `previous`, be it beyond `until`; undefined: never. */
  next(instant: Date, previous?: Date): Date | undefined;
}

/** The first run comes a whole interval from now: the worst that the interval allows. `Infinity`: no run at all. */
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
