// Chooses the services that a renewal considers, by name, tag or due date, and reads the facts about them.
// `renew.ts` calls it for `renew`, `due` and `tick`. It does not decide whether a service is renewed.
import { failure } from '../../errors/error.ts';
import type { ServiceFacts } from '../../issuance/rules/facts.ts';
import { isSelected, selectServices } from '../../service/rules/selector.ts';
import type { Tags } from '../../service/rules/tag.ts';
import type { DueQuestion, KnownService, LiveService } from '../../store/manifest/manifest.ts';
import { factsOf, filesState } from '../../issuance/run/read-facts.ts';
import type { Pki } from '../../store/open-pki.ts';

/** Selection of services; empty: those that are due according to the manifest. */
export interface RenewalSelection {
  readonly selectors: readonly string[];
  /** A selected service has all of these tags. */
  readonly tags: Tags;
  /** With an empty selection: services whose files were seen to be damaged. */
  readonly lost?: ReadonlySet<string>;
}

/** Detects an empty selection. */
export const isEverything = ({ selectors, tags }: RenewalSelection): boolean =>
  selectors.length === 0 && Object.keys(tags).length === 0;

/** A service that may be renewed: its row and the facts about it. */
export type RenewalTarget = ServiceFacts & { readonly known: LiveService };

/** Reads the facts about the selected services. It reads files only if the selection is not empty. */
export function renewalTargets(pki: Pki, selection: RenewalSelection, question: DueQuestion): readonly RenewalTarget[] {
  const { manifest, home } = pki;
  const everything = isEverything(selection);
  const due: readonly KnownService[] = everything ? manifest.dueServices(question) : selectedServices(pki, selection);
  const { lost = new Set() } = selection;
  const damaged = manifest.servicesNamed([...lost]);
  return [...due.filter(({ service }) => !lost.has(service.name)), ...damaged].map(known => {
    const { name, spec } = known.service;
    const directory = spec.out ?? home.service(name);
    const files = everything && !lost.has(name) ? 'unseen' : filesState(pki, known.certificate, directory);
    return { ...factsOf(pki, known, name, directory), known, files };
  });
}

function selectedServices({ manifest }: Pki, selection: RenewalSelection): readonly KnownService[] {
  const { selectors, tags } = selection;
  // a hexadecimal selector may be the prefix of a serial number
  if (Object.keys(tags).length === 0 && !selectors.some(selector => /^[0-9a-f]+$/i.test(selector))) {
    const named = manifest.servicesNamed(selectors);
    if (named.length === new Set(selectors).size) return named;
  }
  return manifest.servicesNamed(select(selection, manifest.liveServices()).map(({ service }) => service.name));
}

/** Selects services. Throws ERR_SERVICE_UNKNOWN and ERR_TAG_UNKNOWN: a run with a typing error must not succeed. */
function select({ selectors, tags }: RenewalSelection, services: readonly LiveService[]): readonly LiveService[] {
  const wanted = Object.entries(tags);
  const tagged = selectServices(selectors, services).filter(({ service: { spec } }) =>
    wanted.every(([name, value]) => spec.tags[name] === value),
  );
  if (tagged.length === 0 && wanted.length > 0) {
    const known = services.flatMap(({ service }) => tagTexts(service.spec.tags));
    throw failure('ERR_TAG_UNKNOWN', { tags: tagTexts(tags), known: [...new Set(known)] });
  }
  return tagged;
}

const tagTexts = (tags: Tags): string[] => Object.entries(tags).map(([name, value]) => `${name}=${value}`);

/** Detects a service that a selector without a glob names. */
export const isNamed = ({ selectors }: RenewalSelection, live: LiveService): boolean =>
  selectors.some(selector => !selector.includes('*') && isSelected(selector, live));
