import { failure } from '../errors.ts';
import { isCertified, leafTier, replaceable, type CertifiedAuthority } from '../lifecycle/active-issuer.ts';
import { compromiseRunbook, type Runbook } from '../lifecycle/compromise-runbook.ts';
import { leavesThrough } from '../lifecycle/rotation-gate.ts';
import { openRotation } from '../lifecycle/rotation-state.ts';
import { REFRESH_HINT } from '../lifecycle/trust-anchors.ts';
import { loadPolicy } from './load-policy.ts';
import type { Pki } from './open-pki.ts';
import { lookAtRotation } from './rotate-facts.ts';

/** The runbook for one CA, of the one that signs leaves when none is named. Throws ERR_AUTHORITY_UNKNOWN, ERR_AUTHORITY_PENDING. */
export async function drillCompromise(pki: Pki, id: string | undefined): Promise<Runbook> {
  const { manifest } = pki;
  const authorities = manifest.authorities();
  const authority = chosen(authorities, id);
  const { tier, certificate } = authority;
  const policy = await loadPolicy(pki);
  const { facts } = lookAtRotation(pki, policy, tier);
  const generation = Math.max(...authorities.filter(each => each.tier === tier).map(each => each.generation)) + 1;
  const above = authorities.filter(isCertified).find(each => each.id === certificate.issuerId && each !== authority);
  return compromiseRunbook({
    authority,
    successorId: openRotation(facts)?.to.id ?? `${tier}-g${generation}`,
    ...(above && { above: { authority: above, crl: manifest.latestCrl(above.id) } }),
    leaves: leavesThrough(authority.id, facts),
    serviceCount: manifest.serviceCount(),
    refreshHint: REFRESH_HINT,
    soak: policy.rotation.soak,
  });
}

function chosen(authorities: ReturnType<Pki['manifest']['authorities']>, id: string | undefined): CertifiedAuthority {
  const known = authorities.map(each => each.id);
  const authority =
    id === undefined ? replaceable(authorities, leafTier(authorities)) : authorities.find(each => each.id === id);
  if (authority === undefined) throw failure('ERR_AUTHORITY_UNKNOWN', { text: id ?? 'active', known });
  if (!isCertified(authority)) throw failure('ERR_AUTHORITY_PENDING', { id: authority.id });
  return authority;
}
