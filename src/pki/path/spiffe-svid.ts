import { parseSpiffeId, type SpiffeId, type TrustDomain } from '../name/spiffe-id.ts';
import { svidVerdict } from '../certificate/svid.ts';
import { certificateLabel, type PathCertificate } from './path-certificate.ts';
import { refusal, type Refusal } from './refusal.ts';
import type { TrustStore } from './trust-store.ts';
import { validatePath, type PathQuestion, type PathVerdict } from './validate-path.ts';

export type SvidPathVerdict =
  (Extract<PathVerdict, { accepted: true }> & { readonly id: SpiffeId }) | Extract<PathVerdict, { accepted: false }>;

/**
 * Validates an X509-SVID strictly by its specification, more strictly than go-spiffe. Each trust domain has its own anchors, and
 * the anchors of one never validate the SVIDs of another.
 */
export function validateSvid(
  leaf: PathCertificate,
  bundles: ReadonlyMap<TrustDomain, TrustStore>,
  question: Omit<PathQuestion, 'purpose' | 'identity'>,
): SvidPathVerdict {
  const refuse = (reason: Refusal): SvidPathVerdict => ({
    accepted: false,
    reason,
    tried: [{ certificates: [leaf], refusal: reason }],
  });
  if (leaf.extensions.basicConstraints?.value.ca) return refuse(refusal('svid-leaf-is-ca', 'it is a CA'));
  const judged = svidVerdict(leaf);
  if (judged.kind === 'none') return refuse(judged.refusals[0]!);
  const id = parseSpiffeId(judged.id!);
  const trust = bundles.get(id.trustDomain);
  if (trust === undefined) return refuse(refusal('svid-trust-domain', `there is no bundle of ${id.trustDomain}`));
  const verdict = validatePath(leaf, trust, { ...question, purpose: 'any' });
  if (!verdict.accepted) return verdict;
  for (const signer of verdict.path.slice(1)) {
    const reason = signerRefusal(signer);
    if (reason === undefined) continue;
    const tried = [...verdict.tried, { certificates: verdict.path, refusal: reason }];
    return { accepted: false, reason, tried };
  }
  return { ...verdict, id };
}

/** Checks a signing certificate (§3.2, §4.3), after the checks of RFC 5280. */
function signerRefusal(signer: PathCertificate): Refusal | undefined {
  const judged = svidVerdict(signer);
  if (judged.kind !== 'none') return undefined;
  return refusal('svid-signer', `${certificateLabel(signer)}: ${judged.refusals[0]!.message}`);
}
