import { failure } from '../../errors/error.ts';
import { parseSpiffeBundle } from '../../pki/bundle/read.ts';
import type { TrustDomain } from '../../pki/name/spiffe-id.ts';
import type { BundleDocument } from './document.ts';
import { diffBundles, type BundleDiff } from './diff.ts';
import { bundleFindings, type BundleFinding } from './finding.ts';
import type { PeerBundle } from '../../record/trust-bundle.ts';

export interface PeerPlan {
  readonly change: 'add' | 'replace' | 'none';
  readonly peer: PeerBundle;
  readonly diff: BundleDiff;
  /** Warnings: with anything worse there is no plan. */
  readonly findings: readonly BundleFinding[];
}

const NOTHING = { x509Authorities: [], sequence: undefined, refreshHint: undefined };

/**
 * What taking in a foreign trust domain's bundle changes. `document` is its JWK Set as canonical text. Throws ERR_PEER_OWN,
 * ERR_PEER_NAME, ERR_PEER_BUNDLE, ERR_PEER_BACKWARDS.
 */
export function planPeer(
  trustDomain: TrustDomain,
  given: BundleDocument,
  { own, present }: { readonly own: string; readonly present: PeerBundle | undefined },
  now: Date,
): PeerPlan {
  if (trustDomain === own) throw failure('ERR_PEER_OWN', { trustDomain });
  if (!canNameFiles(trustDomain)) throw failure('ERR_PEER_NAME', { trustDomain });
  const findings = bundleFindings(given, trustDomain, now, trustDomain);
  const wrong = findings.filter(({ severity }) => severity !== 'warning');
  if (wrong.length > 0) {
    throw failure('ERR_PEER_BUNDLE', {
      trustDomain,
      problems: wrong.map(({ subject, message }) => `${subject}: ${message}`),
    });
  }
  const { sequence } = given.bundle;
  const peer = { trustDomain, document: given.text, ...(sequence !== undefined && { sequence }), addedAt: now };
  const before = present && parseSpiffeBundle(present.document);
  const diff = diffBundles(before ?? NOTHING, given.bundle);
  if (present === undefined) return { change: 'add', peer, diff, findings };
  if (present.document === given.text) return { change: 'none', peer: present, diff, findings };
  if (present.sequence !== undefined && (sequence ?? -1) <= present.sequence) {
    throw failure('ERR_PEER_BACKWARDS', { trustDomain, present: present.sequence, given: sequence });
  }
  return { change: 'replace', peer, diff, findings };
}

/** Most file systems have names of at most 255 bytes; one that begins with a dot is hidden from people. */
const canNameFiles = (trustDomain: string): boolean => trustDomain.length <= 250 && !trustDomain.startsWith('.');
