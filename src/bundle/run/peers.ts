import { failure } from '../../errors/error.ts';
import type { BundleDocument, BundleDocuments } from '../rules/document.ts';
import { planPeer, type PeerPlan } from '../rules/plan-peer.ts';
import { parseTrustDomain, type TrustDomain } from '../../pki/name/spiffe-id.ts';
import type { Pki } from '../../store/open-pki.ts';
import { readBundle } from './read.ts';
import { writeTrustBundle } from './write.ts';

export interface PeerRequest {
  readonly trustDomain: string;
  /** A bundle, or a map that has one of this trust domain. */
  readonly file: string;
  readonly dryRun: boolean;
}

/**
 * Takes in the bundle of a foreign trust domain: kept beside ours, and beside those of others, never merged (SPIFFE Trust Domain
 * and Bundle §4). Durable in the manifest first; the files follow from it.
 */
export async function addPeer(pki: Pki, { trustDomain, file, dryRun }: PeerRequest): Promise<PeerPlan> {
  const { world, home, manifest, identity } = pki;
  const name = parseTrustDomain(trustDomain);
  const document = ofTrustDomain(await readBundle(world, file), name);
  const present = manifest.peerBundles().find(peer => peer.trustDomain === name);
  const plan = planPeer(name, document, { own: identity.trustDomain, present }, world.now);
  if (dryRun) return plan;
  const { peer, diff } = plan;
  if (plan.change !== 'none') {
    manifest.transaction(write => {
      write.putPeerBundle(peer);
      write.audit('peer.added', name, {
        sequence: String(peer.sequence ?? 'none'),
        added: diff.added.map(({ fingerprint }) => fingerprint).join(' '),
        removed: diff.removed.map(({ fingerprint }) => fingerprint).join(' '),
      });
    });
  }
  writeTrustBundle(world, home, manifest);
  return plan;
}

function ofTrustDomain(documents: BundleDocuments, name: TrustDomain): BundleDocument {
  if ('bundle' in documents) return documents;
  const document = documents.get(name);
  if (document === undefined) throw failure('ERR_PEER_UNKNOWN', { trustDomain: name, known: [...documents.keys()] });
  return document;
}

/** Its files go with it. Throws ERR_PEER_UNKNOWN. */
export function removePeer({ world, home, manifest }: Pki, trustDomain: string, dryRun: boolean): void {
  const known = manifest.peerBundles().map(peer => peer.trustDomain);
  if (!known.includes(trustDomain)) throw failure('ERR_PEER_UNKNOWN', { trustDomain, known });
  if (dryRun) return;
  manifest.transaction(write => {
    write.removePeerBundle(trustDomain);
    write.audit('peer.removed', trustDomain, {});
  });
  writeTrustBundle(world, home, manifest);
}
