// Adds, updates and removes the bundles of federated trust domains: in the manifest first, then in the files.
// `bundle federate` and `bundle unfederate` call it. It never merges a foreign bundle into ours.
import { failure } from '../../errors/error.ts';
import type { BundleDocument, BundleDocuments } from '../rules/document.ts';
import { parseSpiffeBundle } from '../../pki/bundle/read.ts';
import { planFederation, type FederationPlan } from '../rules/plan-federation.ts';
import { parseTrustDomain, type TrustDomain } from '../../pki/name/spiffe-id.ts';
import type { Pki } from '../../store/open-pki.ts';
import { readBundle } from './read.ts';
import { writeTrustBundle } from './write.ts';

export interface FederateRequest {
  readonly trustDomain: string;
  /** A bundle, or a map with a bundle of this trust domain. */
  readonly file: string;
  readonly dryRun: boolean;
}

/**
 * Adds or updates the bundle of another trust domain, and never merges it with another (SPIFFE Trust Domain and Bundle §4).
 * It is durable in the manifest before the files change.
 */
export async function federate(pki: Pki, { trustDomain, file, dryRun }: FederateRequest): Promise<FederationPlan> {
  const { world, home, manifest, identity } = pki;
  const name = parseTrustDomain(trustDomain);
  const document = ofTrustDomain(await readBundle(world, file), name, file);
  const known = manifest.federatedBundles();
  const present = known.find(each => each.trustDomain === name);
  const others = [
    { trustDomain: identity.trustDomain, anchors: manifest.authorities().flatMap(each => each.certificate?.der ?? []) },
    ...known
      .filter(each => each !== present)
      .map(each => ({ trustDomain: each.trustDomain, anchors: parseSpiffeBundle(each.document).x509Authorities })),
  ];
  const plan = planFederation(name, document, { own: identity.trustDomain, present, others }, world.now);
  if (dryRun) return plan;
  const { federated, diff } = plan;
  if (plan.change !== 'none') {
    manifest.transaction(write => {
      write.putFederatedBundle(federated);
      write.audit('federation.added', name, {
        sequence: String(federated.sequence ?? 'none'),
        added: diff.added.map(({ sha256 }) => sha256).join(' '),
        removed: diff.removed.map(({ sha256 }) => sha256).join(' '),
      });
    });
  }
  // that it was fetched again is bookkeeping
  else manifest.transaction(write => write.putFederatedBundle(federated));
  writeTrustBundle(world, home, manifest);
  return plan;
}

function ofTrustDomain(documents: BundleDocuments, name: TrustDomain, file: string): BundleDocument {
  if ('bundle' in documents) return documents;
  const document = documents.get(name);
  if (document === undefined) {
    throw failure('ERR_FEDERATED_UNKNOWN', { trustDomain: name, file, known: [...documents.keys()] });
  }
  return document;
}

/** Removes a federated trust domain and its files. Throws ERR_FEDERATED_UNKNOWN. */
export function unfederate({ world, home, manifest }: Pki, trustDomain: string, dryRun: boolean): void {
  const known = manifest.federatedBundles().map(each => each.trustDomain);
  if (!known.includes(trustDomain)) throw failure('ERR_FEDERATED_UNKNOWN', { trustDomain, known });
  if (dryRun) return;
  manifest.transaction(write => {
    write.removeFederatedBundle(trustDomain);
    write.audit('federation.removed', trustDomain, {});
  });
  writeTrustBundle(world, home, manifest);
}
