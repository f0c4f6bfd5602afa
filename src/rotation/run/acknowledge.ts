import type { HandshakeTarget, World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import type { Acknowledgement } from '../../record/rotation.ts';
import { changePki, readPki } from '../../store/open-pki.ts';
import { reportLoaded, type ReportedConsumer } from '../../deployment/run/reload-run.ts';
import { probedSequence } from './probed-sequence.ts';

/** The source of an acknowledgement: the operator, for a sequence or the newest one, or a probed server. */
export type AckWord = { readonly sequence: number | undefined } | { readonly server: HandshakeTarget };

export interface AckOutcome {
  readonly acknowledgement: Acknowledgement;
  /** False if it had already acknowledged this sequence or a later one. */
  readonly changed: boolean;
  /** Present if a consumer or a service has the name of the verifier. */
  readonly consumer?: ReportedConsumer;
}

/**
 * Records that a verifier has the trust bundle of a sequence, never of a lower one than before. Throws ERR_ACK_AHEAD and the errors of the
 * probe.
 */
export async function acknowledge(
  world: World,
  homeFlag: string | undefined,
  verifier: string,
  word: AckWord,
): Promise<AckOutcome> {
  // probed without the lock, so a slow server blocks no other command
  const probed =
    'server' in word ? await readPki(world, homeFlag, pki => probedSequence(pki, verifier, word.server)) : undefined;
  const given = 'sequence' in word ? word.sequence : probed;
  const source = probed === undefined ? 'hand' : 'probe';
  return changePki(world, homeFlag, 'ca rotate ack', async pki => {
    const { manifest } = pki;
    const { now } = pki.world;
    const newest = manifest.trustBundle()?.sequence ?? 0;
    const sequence = given ?? newest;
    if (sequence > newest) throw failure('ERR_ACK_AHEAD', { verifier, sequence, newest });
    // an operator who reports the bundle for a program without a hook has reloaded it
    const consumer = await reportLoaded(pki, verifier, source === 'hand' ? sequence : undefined);
    const about = consumer && { consumer };
    const before = manifest.acknowledgements().find(each => each.verifier === verifier);
    if (before !== undefined && before.sequence >= sequence)
      return { acknowledgement: before, changed: false, ...about };
    const acknowledgement: Acknowledgement = { verifier, sequence, at: now, source };
    manifest.transaction(write => {
      write.putAcknowledgement(acknowledgement);
      write.audit('rotation.acknowledged', verifier, { sequence: String(sequence), source });
    });
    return { acknowledgement, changed: true, ...about };
  });
}
