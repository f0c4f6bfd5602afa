// Counts the requests of the traffic, and finds those that are lost or hang.
// Every request is registered before it is sent. Only the tally decides whether it ended well.

/** A request that is not answered after so many milliseconds counts as hanging. Long queues are part of the traffic. */
export const PATIENCE = 120_000;

/** Losses of one way that are described; the others are only counted. */
const MOST = 20;

export interface WayCount {
  requests: number;
  lost: number;
  hanging: number;
  readonly why: string[];
}

export class Tally {
  readonly #ways = new Map<string, WayCount>();
  readonly #waiting = new Set<{ readonly way: string; readonly since: number; isHanging: boolean }>();

  of(way: string): WayCount {
    const known = this.#ways.get(way) ?? { requests: 0, lost: 0, hanging: 0, why: [] };
    this.#ways.set(way, known);
    return known;
  }

  get all(): ReadonlyMap<string, WayCount> {
    return this.#ways;
  }

  get waiting(): number {
    return this.#waiting.size;
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
      this.#waiting.delete(entry);
    }
  }

  /** Counts the requests that have waited too long, each once. */
  sweep(): void {
    const limit = performance.now() - PATIENCE;
    for (const entry of this.#waiting) {
      // in order of their beginning
      if (entry.since > limit) return;
      if (entry.isHanging) continue;
      entry.isHanging = true;
      this.of(entry.way).hanging++;
    }
  }
}

const briefly = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);

function describeError(error: unknown): string {
  const { code, message, cause } = error as NodeJS.ErrnoException & { cause?: NodeJS.ErrnoException };
  return [code, message, cause?.code, cause?.message].filter(part => part !== undefined).join(' ');
}
