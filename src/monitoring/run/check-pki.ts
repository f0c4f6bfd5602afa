import { riskQuestion, type CheckThresholds } from '../rules/thresholds.ts';
import { checkManifest, type CheckInput, type Finding } from '../rules/check.ts';
import { selectServices } from '../../service/rules/selector.ts';
import { monitoredItems, type MonitoredItem } from '../rules/monitored-item.ts';
import type { Manifest } from '../../store/manifest/manifest.ts';
import { authorityRows } from '../../ca/run/rows.ts';

/** The services that a check covers. */
export interface CheckScope {
  /** Names, globs, SPIFFE IDs or serial prefixes; empty: every service. */
  readonly selectors: readonly string[];
  /** Also read the services that cannot have a finding, for formats that list every item. */
  readonly everything: boolean;
}

export interface CheckedPki {
  /** Worst first. */
  readonly findings: readonly Finding[];
  /** How many services and CAs were checked, by index or one by one. */
  readonly checked: { readonly services: number; readonly cas: number };
  /** Filled if the scope has `everything`, else empty. */
  readonly monitored: readonly MonitoredItem[];
}

/** Checks a PKI as of `at`. Throws the error of an invalid selector. */
export function checkPki(manifest: Manifest, scope: CheckScope, thresholds: CheckThresholds, at: Date): CheckedPki {
  const { count, ...input } = gather(manifest, scope, thresholds, at);
  return {
    findings: checkManifest(input, thresholds, at),
    checked: { services: count, cas: input.authorities.length },
    monitored: scope.everything ? monitoredItems(input, at) : [],
  };
}

function gather(
  manifest: Manifest,
  { selectors, everything }: CheckScope,
  thresholds: CheckThresholds,
  at: Date,
): CheckInput & { readonly count: number } {
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
