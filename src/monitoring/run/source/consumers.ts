// The source of findings about programs that have not loaded the published trust.
// Services without a hook are one finding and one item, however many they are.
import { UNDECLARED, type ConsumerState } from '../../../deployment/rules/consumer.ts';
import { consumersOf } from '../../../deployment/run/consumers.ts';
import { isCertified } from '../../../ca/rules/active-issuer.ts';
import { publishedTrust } from '../../../publication/run/published-trust.ts';
import { consumersFindings, type NeededCrl } from '../../rules/consumer.ts';
import type { MonitoredItem } from '../../rules/monitored-item.ts';
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
    monitored: everything ? monitoredConsumers(all, needed) : [],
  };
};

/** Lists an item for each consumer, and one for all services without a hook: that which loaded trust first. */
function monitoredConsumers(all: readonly ConsumerState[], needed: readonly NeededCrl[]): readonly MonitoredItem[] {
  const undeclared = all.filter(({ reload }) => reload === 'undeclared');
  const services = undeclared.reduce((sum, each) => sum + each.services, 0);
  const [first] = [...undeclared].sort((a, b) => loadedAt(a) - loadedAt(b));
  const joined = first === undefined ? [] : [{ ...first, name: UNDECLARED, services }];
  return [...all.filter(({ reload }) => reload !== 'undeclared'), ...joined].map(
    ({ name: subject, reload, services, loaded, pending }) => {
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
    },
  );
}

const loadedAt = ({ loaded }: ConsumerState): number => loaded?.at.getTime() ?? 0;

/** Lists the CAs whose certificates verifiers still accept, and so need a CRL for. */
function neededCrls({ pki, policy, authorities, at }: CheckLook): readonly NeededCrl[] {
  const { crls } = publishedTrust(pki, policy);
  return authorities
    .filter(isCertified)
    .filter(({ state, certificate }) => state !== 'retired' && certificate.notAfter >= at)
    .map(({ id: ca, tier }) => {
      const { latest: lastRevocation } = pki.manifest.revocationTotals(ca);
      const lifetime = tier === 'root' ? policy.crl.rootLifetime : policy.crl.lifetime;
      const published = crls.get(ca)?.number;
      return {
        ...{ ca, lifetime },
        ...(published !== undefined && { published }),
        ...(lastRevocation && { lastRevocation }),
      };
    });
}
