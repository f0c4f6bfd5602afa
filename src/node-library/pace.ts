/** Runs work in pieces, and the service answers between them. */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Milliseconds of work in one turn of the event loop. */
const TURN = 2;

/** Runs the steps to their end. After a few milliseconds it lets other work of the process run. */
export async function paced<T>(steps: Generator<undefined, T>): Promise<T> {
  let started = performance.now();
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    if (performance.now() - started < TURN) continue;
    await nextTurn();
    started = performance.now();
  }
}
