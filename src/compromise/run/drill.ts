import { failure } from '../../errors/error.ts';
import { isCertified, leafTier, ownTier, replaceable, type CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import { compromiseRunbook, type Runbook } from '../rules/runbook.ts';
import { leavesThrough } from '../../rotation/rules/gate.ts';
import { openRotation } from '../../rotation/rules/state.ts';
import { REFRESH_HINT } from '../../ca/rules/trust-anchors.ts';
import { loadPolicy } from '../../policy/run/load.ts';
import type { Pki } from '../../store/open-pki.ts';
import { readRotationFacts } from '../../rotation/run/facts.ts';

/** Plans the runbook for a CA, by default the one that issues leaves. Throws ERR_AUTHORITY_UNKNOWN, ERR_AUTHORITY_PENDING. */
export async function drillCompromise(pki: Pki, id: string | undefined): Promise<Runbook> {
  const { manifest } = pki;
  const authorities = manifest.authorities();
  const authority = chosen(authorities, id);
  const { certificate } = authority;
  const tier = ownTier(authority);
  const policy = await loadPolicy(pki);
  const { facts } = readRotationFacts(pki, policy, tier);
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
