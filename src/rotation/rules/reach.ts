/**
 * Decides how far a successor has reached: the published directories that hold it, and the consumers that have loaded it. The gates of
 * `activate`, `drain` and `retire` call it; it reads no directory and runs no hook.
 */
import type { PublishedDirectory } from './published-directory.ts';
import type { OpenRotation } from './state.ts';
import type { TrustConsumer } from './trust-consumer.ts';

/** A directory that lacks the successor, and the part that it lacks. */
export interface MissingFrom {
  readonly place: PublishedDirectory;
  readonly lacks: string;
}

/** Returns the first directory that does not hold the anchor and the CRL of the successor. Undefined if all hold them. */
export function missingFrom(published: readonly PublishedDirectory[], { to }: OpenRotation): MissingFrom | undefined {
  for (const place of published) {
    if (place.obstacle !== undefined) return { place, lacks: `it cannot be read: ${place.obstacle}` };
    if (to.tier === 'root' && !place.anchors.has(to.id))
      return { place, lacks: `it does not hold the anchor of ${to.id}` };
    if (!place.crls.has(to.id)) return { place, lacks: `it does not hold the CRL of ${to.id}` };
  }
  return undefined;
}

/**
 * Returns the time from which on every directory has held the successor, at the earliest the step `publish`. Undefined before that, and
 * while no run has recorded it for a directory: then the soak has not begun.
 */
export function heldEverywhereSince(published: readonly PublishedDirectory[], open: OpenRotation): Date | undefined {
  const { rotation, to } = open;
  if (rotation.publishedAt === undefined || missingFrom(published, open) !== undefined) return undefined;
  let last = rotation.publishedAt;
  for (const { isHome, anchors, crls } of published) {
    // the step itself writes public/
    if (isHome) continue;
    const parts = to.tier === 'root' ? [anchors.get(to.id), crls.get(to.id)] : [crls.get(to.id)];
    for (const part of parts) {
      const since = part?.since;
      if (since === undefined) return undefined;
      if (since > last) last = since;
    }
  }
  return last;
}

/** Tests for a consumer that has loaded the anchors and the CRL of the successor. `from`: every directory holds them since then. */
export function hasLoaded(
  consumer: TrustConsumer,
  { rotation, to }: OpenRotation,
  from: Date | undefined,
  now: Date,
): boolean {
  const { reload, loaded } = consumer;
  // the soak counts for them
  if (reload === 'undeclared') return true;
  if (reload === 'self') {
    const at = reloadsBy(consumer, from);
    return at !== undefined && at <= now;
  }
  if (loaded === undefined) return false;
  return loaded.bundleSequence >= (rotation.publishedSequence ?? 0) && loaded.crls.has(to.id);
}

/** Returns the time by which a consumer that reloads by itself has the files. Undefined for others and before they are published. */
export const reloadsBy = ({ reload, every }: TrustConsumer, from: Date | undefined): Date | undefined =>
  reload === 'self' && every !== undefined && from !== undefined ? new Date(from.getTime() + every * 1000) : undefined;
