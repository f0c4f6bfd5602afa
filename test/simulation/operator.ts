import type { PkiWorld } from '../support/pki/pki.ts';
import { runSvcauth } from '../support/world/world.ts';

export type Tier = 'issuing' | 'root';
type Step = 'prepare' | 'publish' | 'activate' | 'drain' | 'retire' | 'rollback';

interface Status {
  readonly phase: 'none' | 'prepared' | 'published' | 'activated' | 'draining';
  readonly from: string;
  readonly sequence?: number;
  readonly next: Step;
  readonly allowedFrom?: string;
  readonly gates: readonly { readonly name: string; readonly open: boolean }[];
  readonly leftovers: readonly { readonly gates: readonly { readonly open: boolean }[] }[];
}

const DAY = 86_400_000;
/** Milliseconds before a step is due at which the operator may take it. */
const EARLY = 45 * DAY;
const VERIFIERS = ['edge-1', 'edge-2'];

/** An operator of one tier, who looks every day. A step that is allowed is taken at once, or some days later. */
export function operator(
  world: PkiWorld,
  tier: Tier,
  goesBack: ReadonlyMap<number, string>,
  below: (limit: number) => number,
) {
  const taken: Step[] = [];
  let attempt = 0;
  let asleep = 0;
  let next: { readonly from: string; readonly due: number } | undefined;
  let leftovers = false;

  const rotate = (...words: readonly string[]) => world.succeed('ca', 'rotate', ...words, '--tier', tier);
  const json = async <T>(...words: readonly string[]) => JSON.parse(await rotate(...words, '-o', 'json')) as T;

  async function take(step: Step): Promise<Step> {
    await rotate(step, ...(step === 'prepare' ? ['--require-acks', VERIFIERS.join(',')] : []));
    taken.push(step);
    asleep = below(3);
    if (step === 'prepare') attempt++;
    return step;
  }

  async function isTime(): Promise<boolean> {
    if (next === undefined) {
      // a plan also ends with 7, because a gate is closed
      const { stdout } = await runSvcauth(world, ['ca', 'rotate', 'plan', '--tier', tier, '-o', 'json']);
      const { from, timetable } = JSON.parse(stdout) as { from: string; timetable: { step: Step; due: string }[] };
      next = { from, due: new Date(timetable.find(each => each.step === 'prepare')!.due).getTime() };
    }
    return world.now.getTime() >= next.due - EARLY;
  }

  return {
    tier,
    taken,
    /** Step that was taken. */
    async day(): Promise<Step | undefined> {
      if (asleep > 0) {
        asleep--;
        return undefined;
      }
      const idle = taken.length === 0 || taken.at(-1) === 'retire' || taken.at(-1) === 'rollback';
      if (idle && !leftovers && !(await isTime())) return undefined;
      const status = await json<Status>('status');
      leftovers = status.leftovers.length > 0;
      if (status.leftovers.some(({ gates }) => gates.every(({ open }) => open))) return take('retire');
      if (status.phase === 'none' && !(await isTime())) return undefined;
      if (goesBack.get(attempt) === status.phase && taken.at(-1) !== 'rollback') {
        next = undefined;
        return take('rollback');
      }
      if (status.gates.some(({ name, open }) => name === 'acknowledgements' && !open)) {
        for (const verifier of VERIFIERS) await world.succeed('ca', 'rotate', 'ack', verifier);
        return undefined;
      }
      if (status.allowedFrom === undefined || new Date(status.allowedFrom) > world.now) return undefined;
      next = undefined;
      return take(status.next);
    },
  };
}
