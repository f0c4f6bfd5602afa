/**
 * Signs the last CRL of a CA and records its retirement. The step `retire` calls it after the gates; keys and files are removed later.
 */
import { failure } from '../../errors/error.ts';
import { instantText } from '../../time/instant-text.ts';
import type { CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import type { Seconds } from '../../time/duration.ts';
import { lastCrlReaches } from '../../crl/rules/last.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { leavesThrough } from '../rules/gate.ts';
import type { RotationFacts } from '../rules/state.ts';
import { decodeCrl } from '../../pki/crl/parsed.ts';
import { crlOwnerProblem } from '../../crl/rules/verdict.ts';
import { isCurrent, readCrlStates } from '../../crl/run/states.ts';
import type { Pki } from '../../store/open-pki.ts';
import { readCrl } from '../../store/input/read-crl.ts';
import { applyCrlRefresh, planCrlRefresh } from '../../crl/run/refresh.ts';
import { rotationIssuer, type RotationKeys } from './keys.ts';
import { recordTrustBundle } from '../../bundle/run/write.ts';

const DAY = 86_400;

/**
 * Signs the last CRL of a CA before its key is destroyed. The CRL expires after the last leaf of the CA, revoked leaves included, and is
 * verified from the published file. A CA whose key is held outside this home signs its own.
 */
export async function payCrlDebt(
  pki: Pki,
  policy: Policy,
  facts: RotationFacts,
  authority: CertifiedAuthority,
  keys: RotationKeys,
): Promise<void> {
  const { id, keyLocation } = authority;
  if (keyLocation === 'foreign') return;
  const until = leavesThrough(id, facts).lastOfAll;
  const state = readCrlStates(pki).find(each => each.authority.id === id);
  if (state === undefined) return;
  const isPaid = state.unlisted === 0 && isCurrent(state) && lastCrlReaches(state.latest, until, authority);
  if (!isPaid) {
    const left = until === undefined ? 0 : Math.ceil((until.getTime() - pki.world.now.getTime()) / 1000) + DAY;
    const { lifetime, rootLifetime } = policy.crl;
    const longest = (usual: Seconds) => Math.max(usual, left) as Seconds;
    const schedule = { ...policy.crl, lifetime: longest(lifetime), rootLifetime: longest(rootLifetime) };
    const plan = planCrlRefresh(pki, { schedule, only: [id], force: true, keysAtHand: new Set([id]) });
    await applyCrlRefresh(pki, plan, () => rotationIssuer(pki, authority, keys, 'retire'));
  }
  const path = pki.home.public.crlDer(id);
  const published = decodeCrl((await readCrl(pki.world, path)).der);
  const problem = crlOwnerProblem(published, authority);
  if (problem !== undefined) throw failure('ERR_CRL_REREAD', { authority: id, problem });
}

/** Records the retirement of a CA; a root leaves the bundle. Its key is destroyed after the files are updated. */
export function recordRetired(
  { world, manifest }: Pki,
  authority: CertifiedAuthority,
  rotationId: number | undefined,
): void {
  manifest.transaction(write => {
    write.setAuthorityState(authority.id, 'retired');
    if (rotationId !== undefined) write.updateRotation(rotationId, { endedAt: world.now, outcome: 'retired' });
    recordTrustBundle(write, manifest, world.now);
    const last = manifest.latestCrl(authority.id);
    write.audit('rotation.retired', authority.id, {
      ...(last && { lastCrl: last.number.toString(), until: instantText(last.nextUpdate) }),
    });
  });
}
