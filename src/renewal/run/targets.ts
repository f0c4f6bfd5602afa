import { failure } from '../../errors/error.ts';
import type { RenewalTarget } from '../rules/plan.ts';
import { isSelected, selectServices } from '../../service/rules/selector.ts';
import type { Tags } from '../../service/rules/tag.ts';
import type { DueQuestion, KnownService, LiveService } from '../../store/manifest/manifest.ts';
import { filesState } from '../../issuance/run/files-state.ts';
import type { Pki } from '../../store/open-pki.ts';

/** Which services are meant; with nothing said, those that the manifest says are due. */
export interface RenewalSelection {
  readonly selectors: readonly string[];
  /** All of them. */
  readonly tags: Tags;
}

export const isEverything = ({ selectors, tags }: RenewalSelection): boolean =>
  selectors.length === 0 && Object.keys(tags).length === 0;

/** What is known of the services that are meant. Files are looked at only of those that were asked for. */
export function renewalTargets(pki: Pki, selection: RenewalSelection, question: DueQuestion): readonly RenewalTarget[] {
  const { manifest, home } = pki;
  if (isEverything(selection)) {
    return manifest.dueServices(question).map(live => ({ ...live, ...revokedFor(pki, live), files: 'unseen' }));
  }
  return selectedServices(pki, selection).map(known => {
    const { spec, name } = known.service;
    const files = filesState(pki, known.certificate, spec.out ?? home.service(name));
    return { ...known, ...revokedFor(pki, known), files };
  });
}

function selectedServices({ manifest }: Pki, selection: RenewalSelection): readonly KnownService[] {
  const { selectors, tags } = selection;
  // what else a name may be is a serial number's beginning
  if (Object.keys(tags).length === 0 && !selectors.some(selector => /^[0-9a-f]+$/i.test(selector))) {
    const named = manifest.servicesNamed(selectors);
    if (named.length === new Set(selectors).size) return named;
  }
  return manifest.servicesNamed(select(selection, manifest.liveServices()).map(({ service }) => service.name));
}

/** Throws ERR_SERVICE_UNKNOWN and ERR_TAG_UNKNOWN: a run must not do nothing over a typing error. */
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

/** Whether a service was asked for itself, and not along with others. */
export const isNamed = ({ selectors }: RenewalSelection, live: LiveService): boolean =>
  selectors.some(selector => !selector.includes('*') && isSelected(selector, live));

function revokedFor({ manifest }: Pki, { certificate }: LiveService): Pick<RenewalTarget, 'revokedFor'> {
  if (certificate?.state !== 'revoked') return {};
  const revocation = manifest.revocation(certificate.serial);
  return revocation ? { revokedFor: revocation.reason } : {};
}
