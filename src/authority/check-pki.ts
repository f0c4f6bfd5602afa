import { riskQuestion, type CheckThresholds } from '../lifecycle/check-thresholds.ts';
import type { CheckInput } from '../lifecycle/check.ts';
import { selectServices } from '../lifecycle/selector.ts';
import type { Manifest } from '../store/manifest.ts';
import { authorityRows } from './authority-rows.ts';

/** What a check looks at. */
export interface CheckScope {
  /** Names, globs, SPIFFE IDs or serial prefixes; empty: every service. */
  readonly selectors: readonly string[];
  /** Also the services that the manifest's indexes rule out: for forms that list what is well. */
  readonly everything: boolean;
}

export interface CheckedPki extends CheckInput {
  /** How many services were judged, from the indexes or one by one. */
  readonly count: number;
}

/** Everything about a PKI in which something can be wrong at `at`. Throws ERR_SELECTOR_* of a selector that means nothing. */
export function gatherCheck(
  manifest: Manifest,
  { selectors, everything }: CheckScope,
  thresholds: CheckThresholds,
  at: Date,
): CheckedPki {
  const authorities = authorityRows(manifest);
  const intents = manifest.intents();
  if (selectors.length > 0) {
    const services = selectServices(selectors, manifest.liveServices());
    const named = new Set(services.map(({ service }) => service.name));
    const concerned = intents.filter(({ service }) => named.has(service));
    return { services, intents: concerned, authorities, count: services.length };
  }
  const services = everything
    ? manifest.liveServices()
    : manifest.servicesAtRisk(riskQuestion(thresholds, manifest.authorities(), at));
  return { services, intents, authorities, count: manifest.serviceCount() };
}
