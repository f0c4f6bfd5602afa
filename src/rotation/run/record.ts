/** Records each step in one transaction. The run of a step calls it after the gates; it writes no file. */
import type { FurtherCertificate } from '../../record/authority.ts';
import type { AwaitedRotation, OpenRotation, RotationFacts } from '../rules/state.ts';
import type { Pki } from '../../store/open-pki.ts';
import { recordTrustBundle } from '../../bundle/run/write.ts';

/** Records a step in one transaction; the files follow from it. */
export type RecordStep = (pki: Pki, open: OpenRotation, facts: RotationFacts) => void;

/** Returns the time of a step: now, or the begin of its phase if the clock went back slightly. */
const timeOf = ({ world: { now } }: Pki, { since }: OpenRotation): Date => (now < since ? since : now);

export const recordPublished: RecordStep = (pki, open) => {
  const { world, manifest } = pki;
  const { rotation, to } = open;
  manifest.transaction(write => {
    write.updateRotation(rotation.id, { publishedAt: timeOf(pki, open) });
    const sequence = recordTrustBundle(write, manifest, world.now);
    write.updateRotation(rotation.id, { publishedSequence: sequence });
    write.audit('rotation.published', to.id, { sequence: String(sequence) });
  });
};

/** Records the activation: the new CA issues, and issuing CAs get the chain of a new root. */
export const recordActivated: RecordStep = (pki, open, { further }) => {
  const { manifest } = pki;
  const { rotation, from, to } = open;
  manifest.transaction(write => {
    write.setAuthorityState(to.id, 'active');
    for (const { authorityId, serial } of longestBy(to.id, further)) {
      if (manifest.authority(authorityId)?.tier === 'issuing') {
        write.promoteCertificate(authorityId, serial);
      }
    }
    write.updateRotation(rotation.id, { activatedAt: timeOf(pki, open) });
    write.audit('rotation.activated', to.id, { from: from.id });
  });
};

export const recordDraining: RecordStep = (pki, open) => {
  const { manifest } = pki;
  const { rotation, from } = open;
  manifest.transaction(write => {
    // a tainted CA stays one until it is retired
    if (from.state !== 'tainted') write.setAuthorityState(from.id, 'draining');
    write.updateRotation(rotation.id, { drainingSince: timeOf(pki, open) });
    write.audit('rotation.draining', from.id, { to: rotation.toId });
  });
};

/**
 * Records the return to the old CA. A successor that was active drains and is retired later, because its certificates stay valid. Before
 * its activation it has issued nothing, and is retired at once.
 */
export const recordRolledBack: RecordStep = ({ world, manifest }, { rotation, phase, from, to }, { further }) =>
  manifest.transaction(write => {
    const signed = phase === 'activated' || phase === 'draining';
    write.setAuthorityState(from.id, 'active');
    write.setAuthorityState(to.id, signed ? 'draining' : 'retired');
    for (const { authorityId, serial } of signed ? longestBy(from.id, further) : []) {
      const authority = manifest.authority(authorityId);
      if (authority?.tier === 'issuing' && authority.certificate?.issuerId === to.id) {
        write.promoteCertificate(authorityId, serial);
      }
    }
    write.updateRotation(rotation.id, { endedAt: world.now, outcome: 'rolled-back' });
    recordTrustBundle(write, manifest, world.now);
    write.audit('rotation.rolled-back', to.id, { to: from.id, phase });
  });

/** Records that the request of a pending successor is withdrawn; its key is destroyed afterwards. */
export const recordWithdrawn = ({ world, manifest }: Pki, { rotation, to }: AwaitedRotation): void =>
  manifest.transaction(write => {
    write.setAuthorityState(to.id, 'retired');
    write.updateRotation(rotation.id, { endedAt: world.now, outcome: 'rolled-back' });
    write.audit('rotation.rolled-back', to.id, { to: rotation.fromId, phase: 'requested' });
  });

/** Returns the certificate of each CA by this issuer; of several, as after `ca extend`, the one that expires last. */
function longestBy(issuerId: string, further: readonly FurtherCertificate[]): readonly FurtherCertificate[] {
  const longest = new Map<string, FurtherCertificate>();
  for (const each of further) {
    const known = longest.get(each.authorityId);
    if (each.issuerId !== issuerId || (known !== undefined && known.notAfter >= each.notAfter)) continue;
    longest.set(each.authorityId, each);
  }
  return [...longest.values()];
}
