import { consumersOf } from '../../../deployment/run/consumers.ts';
import { isCertified } from '../../../ca/rules/active-issuer.ts';
import { consumersFindings, type NeededCrl } from '../../rules/consumer.ts';
import type { CheckLook, CheckSource } from '../source.ts';

/** Finds the programs that have not loaded the published trust. */
export const consumers: CheckSource = look => {
  const { pki, policy, thresholds, at, everything, selected } = look;
  // a check of named services is about these services
  if (selected !== undefined) return { findings: [] };
  const all = consumersOf(pki, policy);
  const needed = neededCrls(look);
  return {
    findings: consumersFindings(all, needed, thresholds, at),
    monitored: everything
      ? all.map(({ name: subject, reload, services, loaded, pending }) => {
          const ends = needed.flatMap(({ ca }) => loaded?.crls.get(ca)?.nextUpdate.getTime() ?? []);
          const from = loaded?.at ?? new Date(0);
          const end = ends.length === 0 ? undefined : new Date(Math.min(...ends));
          return {
            kind: 'consumer',
            subject,
            reload,
            services,
            from,
            ...(end && { end }),
            pending: pending !== undefined,
          };
        })
      : [],
  };
};

/** Lists the CAs whose certificates verifiers still accept, and so need a CRL for. */
const neededCrls = ({ pki: { manifest }, policy, authorities, at }: CheckLook): readonly NeededCrl[] =>
  authorities
    .filter(isCertified)
    .filter(({ state, certificate }) => state !== 'retired' && certificate.notAfter >= at)
    .map(({ id: ca, tier }) => {
      const { latest: lastRevocation } = manifest.revocationTotals(ca);
      const lifetime = tier === 'root' ? policy.crl.rootLifetime : policy.crl.lifetime;
      return { ca, lifetime, ...(lastRevocation && { lastRevocation }) };
    });
