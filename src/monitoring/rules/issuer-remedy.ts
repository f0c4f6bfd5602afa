import { certifierKey, leafTier, newestActive } from '../../ca/rules/active-issuer.ts';
import { REMEDIES } from '../../errors/remedy.ts';
import type { Authority } from '../../record/authority.ts';

/** Returns the command after which a CA can issue again, or the first of those that replace the CA. */
export function issuerRemedy(authorities: readonly Authority[], now: Date): string {
  const tier = leafTier(authorities);
  const issuer = newestActive(authorities, tier);
  if (issuer === undefined) {
    const tainted = authorities.findLast(each => each.tier === tier && each.state === 'tainted');
    return tainted === undefined ? REMEDIES.caPending() : REMEDIES.compromiseSteps({ ca: tainted.id });
  }
  const { id: ca, certificate } = issuer;
  const keyLocation = certifierKey(issuer, authorities);
  if (certificate.notBefore > now) return REMEDIES.caNotYetValid({ ca, keyLocation });
  if (certificate.notAfter < now) return REMEDIES.caExpired({ ca, keyLocation });
  return REMEDIES.rotationPrepared({ tier, keyLocation });
}
