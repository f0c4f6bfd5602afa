// Decides how the bundle of a federated trust domain changes: added, replaced, unchanged or refused.
// `run/federate.ts` calls it. It is pure: bundles and the time come in.
import { failure } from '../../errors/error.ts';
import { equalBytes } from '../../pki/bytes.ts';
import { decodeCertificate } from '../../pki/certificate/parsed.ts';
import { parseSpiffeBundle } from '../../pki/bundle/read.ts';
import type { TrustDomain } from '../../pki/name/spiffe-id.ts';
import type { BundleDocument } from './document.ts';
import { diffBundles, type BundleDiff } from './diff.ts';
import { bundleFindings, type BundleFinding } from './finding.ts';
import type { FederatedBundle } from '../../record/trust-bundle.ts';

export interface FederationPlan {
  readonly change: 'add' | 'replace' | 'none';
  /** The bundle that the manifest will hold. */
  readonly federated: FederatedBundle;
  readonly diff: BundleDiff;
  /** Warnings only: a worse finding is an error instead of a plan. */
  readonly findings: readonly BundleFinding[];
}

/** The anchors of another trust domain, as DER. */
export interface OtherAnchors {
  readonly trustDomain: string;
  readonly anchors: readonly Uint8Array[];
}

const NOTHING = { x509Authorities: [], sequence: undefined, refreshHint: undefined };

/**
 * Compares the bundle of another trust domain with the one we hold of it. Throws ERR_FEDERATED_OWN, ERR_FEDERATED_NAME,
 * ERR_FEDERATED_BUNDLE, ERR_FEDERATED_BACKWARDS.
 */
export function planFederation(
  trustDomain: TrustDomain,
  given: BundleDocument,
  {
    own,
    present,
    others = [],
  }: {
    readonly own: string;
    readonly present: FederatedBundle | undefined;
    /** Anchors of ours and of the other federated trust domains. */
    readonly others?: readonly OtherAnchors[];
  },
  now: Date,
): FederationPlan {
  if (trustDomain === own) throw failure('ERR_FEDERATED_OWN', { trustDomain });
  if (!canNameFiles(trustDomain)) throw failure('ERR_FEDERATED_NAME', { trustDomain });
  const findings = bundleFindings(given, trustDomain, now, trustDomain);
  const wrong = findings.filter(({ severity }) => severity !== 'warning');
  if (wrong.length > 0) {
    throw failure('ERR_FEDERATED_BUNDLE', {
      trustDomain,
      problems: wrong.map(({ subject, message }) => `${subject}: ${message}`),
    });
  }
  const shared = others.filter(({ anchors }) => sharesKey(anchors, given.bundle.x509Authorities));
  if (shared.length > 0) {
    throw failure('ERR_FEDERATED_BUNDLE', {
      trustDomain,
      problems: shared.map(each => `an anchor has the key of an anchor of ${each.trustDomain}`),
    });
  }
  const { sequence } = given.bundle;
  const federated = {
    trustDomain,
    document: given.text,
    ...(sequence !== undefined && { sequence }),
    addedAt: now,
    fetchedAt: now,
  };
  const before = present && parseSpiffeBundle(present.document);
  const diff = diffBundles(before ?? NOTHING, given.bundle);
  if (present === undefined) return { change: 'add', federated, diff, findings };
  if (present.document === given.text)
    return { change: 'none', federated: { ...present, fetchedAt: now }, diff, findings };
  if (present.sequence !== undefined && (sequence ?? -1) <= present.sequence) {
    throw failure('ERR_FEDERATED_BACKWARDS', { trustDomain, present: present.sequence, given: sequence });
  }
  return { change: 'replace', federated, diff, findings };
}

/** An anchor of two trust domains could issue certificates for both (SPIFFE Trust Domain and Bundle §4). */
function sharesKey(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  const keys = a.map(keyOf);
  return b.some(der => keys.some(key => equalBytes(key, keyOf(der))));
}

const keyOf = (der: Uint8Array): Uint8Array => decodeCertificate(der).tbs.publicKey.der;

/** Checks that file systems can store the name (at most 255 bytes) and that no dot hides it. */
const canNameFiles = (trustDomain: string): boolean => trustDomain.length <= 250 && !trustDomain.startsWith('.');
