import type { KeyUsage } from '../extension/key-usage.ts';
import { OID } from '../oids.ts';
import { isSpiffeId, parseSpiffeId, type SpiffeId, type TrustDomain } from '../spiffe-id.ts';
import { certificateLabel, type PathCertificate } from './path-certificate.ts';
import { refusal, type Refusal } from './refusal.ts';
import type { TrustStore } from './trust-store.ts';
import { validatePath, type PathQuestion, type PathVerdict } from './validate-path.ts';

export type SvidVerdict =
  (Extract<PathVerdict, { accepted: true }> & { readonly id: SpiffeId }) | Extract<PathVerdict, { accepted: false }>;

/**
 * An X509-SVID by the letter of its specification, which is stricter than go-spiffe. Each trust domain has its own anchors:
 * they never stand in for one another.
 */
export function validateSvid(
  leaf: PathCertificate,
  bundles: ReadonlyMap<TrustDomain, TrustStore>,
  question: Omit<PathQuestion, 'purpose' | 'identity'>,
): SvidVerdict {
  const refuse = (reason: Refusal): SvidVerdict => ({
    accepted: false,
    reason,
    tried: [{ certificates: [leaf], refusal: reason }],
  });
  const id = svidId(leaf);
  if ('code' in id) return refuse(id);
  const wrong = leafRefusal(leaf, id);
  if (wrong !== undefined) return refuse(wrong);
  const trust = bundles.get(id.trustDomain);
  if (trust === undefined) return refuse(refusal('svid-trust-domain', `no bundle of ${id.trustDomain} is at hand`));
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

/** The one URI of a certificate, when it is a SPIFFE ID (§2). */
function svidId(certificate: PathCertificate): SpiffeId | Refusal {
  const uris = urisOf(certificate);
  if (uris.length !== 1) return refusal('svid-one-uri', `it has ${uris.length} URIs, not one`);
  const [uri] = uris as [string];
  return isSpiffeId(uri) ? parseSpiffeId(uri) : refusal('svid-id', `its URI ${JSON.stringify(uri)} is not a SPIFFE ID`);
}

/** What speaks against a certificate as a leaf SVID, whoever signed it (§3.1, §4, §5.2). */
function leafRefusal({ extensions }: PathCertificate, id: SpiffeId): Refusal | undefined {
  if (id.path === '') return refusal('svid-path', `${id.uri} is a trust domain, not a workload`);
  if (extensions.basicConstraints?.value.ca === true) return refusal('svid-leaf-is-ca', 'it is a CA');
  const usage = extensions.keyUsage;
  if (usage === undefined) return refusal('svid-key-usage', 'it has no keyUsage');
  if (!usage.critical) return refusal('svid-key-usage', 'its keyUsage is not critical');
  if (!usage.value.has('digitalSignature')) return refusal('svid-key-usage', 'its keyUsage lacks digitalSignature');
  const signing = (['keyCertSign', 'cRLSign'] satisfies KeyUsage[]).find(bit => usage.value.has(bit));
  if (signing !== undefined) return refusal('svid-key-usage', `its keyUsage holds ${signing}`);
  const purposes = extensions.extKeyUsage?.value;
  if (purposes === undefined || BOTH.every(purpose => purposes.includes(purpose))) return undefined;
  return refusal('svid-extended-key-usage', 'its extKeyUsage does not hold both serverAuth and clientAuth');
}

const BOTH = [OID.serverAuth, OID.clientAuth];

/** Signing certificates (§3.2, §4.3); what RFC 5280 asks of a CA has been asked already. */
function signerRefusal(signer: PathCertificate): Refusal | undefined {
  const name = certificateLabel(signer);
  if (signer.extensions.keyUsage?.critical !== true) {
    return refusal('svid-signer', `${name}: it signs, and has no critical keyUsage`);
  }
  const uris = urisOf(signer);
  if (uris.length === 0) return undefined;
  const id = svidId(signer);
  if ('code' in id) return { ...id, message: `${name}: ${id.message}` };
  return id.path === '' ? undefined : refusal('svid-signer', `${name}: its id ${id.uri} has a path`);
}

const urisOf = ({ extensions }: PathCertificate): readonly string[] =>
  (extensions.subjectAltName?.value ?? []).flatMap(name => (name.type === 'uri' ? [name.value] : []));
