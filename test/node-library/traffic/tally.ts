// Counts the requests of the traffic, and finds those that are lost or hang.
// Every request is registered before it is sent. Only the tally decides whether it ended well.

/** Milliseconds: a request hangs if it waits for so long, and its way has answered nothing in this time. */
export const PATIENCE = 60_000;
/** Milliseconds after which it hangs in any case: 2,000 callers wait behind a few connections, on a busy machine for long. */
const LONGEST = 300_000;

/** Losses of one way that are described; the others are only counted. */
const MOST = 20;

export interface WayCount {
  requests: number;
  lost: number;
  hanging: number;
  /** When a request of this way ended last. */
  endedAt: number;
  readonly why: string[];
}

export class Tally {
  readonly #ways = new Map<string, WayCount>();
  readonly #waiting = new Set<{ readonly way: string; readonly since: number; isHanging: boolean }>();

  of(way: string): WayCount {
    const known = this.#ways.get(way) ?? { requests: 0, lost: 0, hanging: 0, endedAt: 0, why: [] };
    this.#ways.set(way, known);
    return known;
  }

  get all(): ReadonlyMap<string, WayCount> {
    return this.#ways;
  }

  lose(way: string, why: string): void {
    const count = this.of(way);
    count.lost++;
    if (count.why.length < MOST) count.why.push(why);
  }

  /** Asks once. Resolves to the failure, or to undefined for the right answer; it never rejects. */
  async ask(way: string, expected: string, ask: () => Promise<string>): Promise<string | undefined> {
    this.of(way).requests++;
    const entry = { way, since: performance.now(), isHanging: false };
    this.#waiting.add(entry);
    try {
      const said = await ask();
      return said === expected ? undefined : `the answer to ${briefly(expected)} was ${briefly(said)}`;
    } catch (error) {
      return describeError(error);
    } finally {
      this.of(way).endedAt = performance.now();
      this.#waiting.delete(entry);
    }
  }

  /** Counts all requests that still wait as hanging. */
  abandon(): void {
    for (const { way, isHanging } of this.#waiting) if (!isHanging) this.of(way).hanging++;
  }

  /** Counts the requests that have waited too long, each once. */
  sweep(): void {
    const now = performance.now();
    for (const entry of this.#waiting) {
      const waited = now - entry.since;
      // in order of their beginning
      if (waited < PATIENCE) return;
      const count = this.of(entry.way);
      if (entry.isHanging || (waited < LONGEST && now - count.endedAt < PATIENCE)) continue;
      entry.isHanging = true;
      count.hanging++;
    }
  }
}

const briefly = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);

function describeError(error: unknown): string {
  const { code, message, cause } = error as NodeJS.ErrnoException & { cause?: NodeJS.ErrnoException };
  return [code, message, cause?.code, cause?.message].filter(part => part !== undefined).join(' ');
}
