// Asks before a change whether the clock can be right. It records a jump ahead, an accepted clock, or a run of `tick`.
// `open-pki.ts` calls it under the lock, with the manifest just opened. `time/recorded-clock.ts` judges.
import { failure } from '../errors/error.ts';
import { instantText } from '../time/instant-text.ts';
import { judgeClock, runRecorded, type ClockVerdict } from '../time/recorded-clock.ts';
import type { World } from '../world/world.ts';
import type { Manifest } from './manifest/manifest.ts';

/**
 * The treatment of a clock in doubt by a command. `right`: it needs a clock that is not behind. `any`: it works with every clock, because
 * its CRLs span all of them (`revoke`, `ca taint`). `accepted`: the operator vouches for the clock (`--force-clock`). `confirmed`: a
 * jump ahead stops it, too, because it counts the time that passed (`ca rotate activate`, `ca key destroy`).
 */
export type ClockUse = 'right' | 'any' | 'accepted' | 'confirmed';

interface ClockPki {
  readonly world: Pick<World, 'now'>;
  readonly manifest: Manifest;
}

/** Judges the clock of this run. */
export const clockOf = ({ world, manifest }: ClockPki): ClockVerdict => judgeClock(manifest.clock(), world.now);

/** Refuses a clock that is behind. Throws ERR_CLOCK_BEHIND. */
export function requireClock(pki: ClockPki): void {
  const { behind } = clockOf(pki);
  if (behind === undefined) return;
  throw failure('ERR_CLOCK_BEHIND', { now: instantText(pki.world.now), recorded: instantText(behind) });
}

/** Refuses a clock that is behind, and records one that jumped ahead. Throws ERR_CLOCK_BEHIND and ERR_CLOCK_JUMPED. */
export function settleClock({ world, manifest }: ClockPki, use: ClockUse): void {
  const { now } = world;
  const { behind, jump } = clockOf({ world, manifest });
  if (use === 'accepted') {
    if (behind === undefined && jump === undefined) return;
    const { lastRun, usualGap } = manifest.clock()!;
    manifest.transaction(write => {
      write.recordClock({ newest: now, ...(lastRun && { lastRun }), ...(usualGap !== undefined && { usualGap }) });
      write.audit('clock.accepted', 'clock', { recorded: instantText(behind ?? jump!.from) });
    });
    return;
  }
  if (use !== 'any') requireClock({ world, manifest });
  if (jump === undefined) return;
  if (use === 'confirmed') {
    throw failure('ERR_CLOCK_JUMPED', { from: instantText(jump.from), to: instantText(jump.to) });
  }
  const record = manifest.clock()!;
  if (record.jump !== undefined && record.jump.to.getTime() === jump.to.getTime()) return;
  manifest.transaction(write => {
    write.recordClock({ ...record, jump });
    write.audit('clock.jumped', 'clock', { from: instantText(jump.from) });
  });
}

/** Records a run of `tick`: the time between runs shows a jump. At most one record an hour. */
export function recordRun({ world, manifest }: ClockPki): void {
  const record = runRecorded(manifest.clock(), world.now);
  if (record !== undefined) manifest.transaction(write => write.recordClock(record));
}
