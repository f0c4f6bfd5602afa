import type { World } from '../context.ts';
import { failure } from '../errors.ts';
import type { Acknowledgement } from '../lifecycle/model.ts';
import { changePki } from './open-pki.ts';

export interface AckOutcome {
  readonly acknowledgement: Acknowledgement;
  /** False when it had acknowledged this sequence, or a later one. */
  readonly changed: boolean;
}

/** Records that a verifier has the trust bundle of a sequence; never less than it had. Throws ERR_ACK_AHEAD. */
export async function acknowledge(
  world: World,
  homeFlag: string | undefined,
  verifier: string,
  given: number | undefined,
): Promise<AckOutcome> {
  return changePki(world, homeFlag, 'ca rotate ack', ({ manifest }) => {
    const newest = manifest.trustBundle()?.sequence ?? 0;
    const sequence = given ?? newest;
    if (sequence > newest) throw failure('ERR_ACK_AHEAD', { verifier, sequence, newest });
    const before = manifest.acknowledgements().find(each => each.verifier === verifier);
    if (before !== undefined && before.sequence >= sequence) return { acknowledgement: before, changed: false };
    const acknowledgement: Acknowledgement = { verifier, sequence, at: world.now, source: 'hand' };
    manifest.transaction(write => {
      write.putAcknowledgement(acknowledgement);
      write.audit('rotation.acknowledged', verifier, { sequence: String(sequence) });
    });
    return { acknowledgement, changed: true };
  });
}
