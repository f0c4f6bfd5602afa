import type { CertificateFacts } from './lint/certificate-facts.ts';
import { isEmptyName } from './name.ts';
import { OID } from './oids.ts';
import { isSpiffeId } from './spiffe-id.ts';

/** What a certificate is in SPIFFE's eyes, judged by itself: whether its chain ends in a trust bundle is another question. */
export type SvidVerdict =
  /** A leaf that identifies a workload. */
  | { readonly kind: 'svid'; readonly id: string }
  /** A CA of a trust domain; the id is absent where it carries none (X509-SVID §3.2: it should). */
  | { readonly kind: 'signing'; readonly id?: string }
  | { readonly kind: 'none'; readonly reasons: readonly string[] };

/** X509-SVID, every clause that one certificate alone can break, for somebody else's certificate as for ours. */
export function svidVerdict(facts: CertificateFacts): SvidVerdict {
  const { basicConstraints, subjectAltName } = facts.extensions;
  const uris = (subjectAltName?.value ?? []).flatMap(name => (name.type === 'uri' ? [name.value] : []));
  const isCa = basicConstraints?.value.ca === true;
  const reasons = [...idProblems(uris, isCa), ...(isCa ? signingProblems(facts) : leafProblems(facts))];
  const [id] = uris;
  if (reasons.length > 0) return { kind: 'none', reasons };
  if (isCa) return { kind: 'signing', ...(id !== undefined && { id }) };
  return { kind: 'svid', id: id! };
}

type Problem = string | false | undefined;

const those = (problems: readonly Problem[]): readonly string[] =>
  problems.filter((problem): problem is string => typeof problem === 'string');

function idProblems(uris: readonly string[], isCa: boolean): readonly string[] {
  const [id] = uris;
  if (uris.length > 1) return [`it has ${uris.length} URI names, not one (X509-SVID §2)`];
  if (id === undefined) return those([!isCa && 'it has no URI name (X509-SVID §2)']);
  if (!isSpiffeId(id)) return ['its URI name is not a SPIFFE ID (SPIFFE-ID §2)'];
  const hasPath = id.indexOf('/', 'spiffe://'.length) >= 0;
  return those([
    isCa && hasPath && 'it is a CA, and its SPIFFE ID has a path (X509-SVID §3.2)',
    !isCa && !hasPath && 'its SPIFFE ID has no path: it names the trust domain (X509-SVID §3.1)',
  ]);
}

function leafProblems({ tbs, extensions }: CertificateFacts): readonly string[] {
  const { keyUsage, extKeyUsage, subjectAltName } = extensions;
  const purposes = extKeyUsage?.value;
  return those([
    ...keyUsageProblems(keyUsage),
    keyUsage && !keyUsage.value.has('digitalSignature') && 'keyUsage lacks digitalSignature (X509-SVID §4.3)',
    keyUsage?.value.has('keyCertSign') && 'keyUsage has keyCertSign (X509-SVID §4.3)',
    keyUsage?.value.has('cRLSign') && 'keyUsage has cRLSign (X509-SVID §4.3)',
    purposes &&
      !(purposes.includes(OID.serverAuth) && purposes.includes(OID.clientAuth)) &&
      'extKeyUsage lacks serverAuth or clientAuth (X509-SVID §4.4)',
    isEmptyName(tbs.subject) &&
      subjectAltName?.critical === false &&
      'its subject is empty and subjectAltName is not critical (RFC 5280 §4.1.2.6)',
  ]);
}

function signingProblems({ extensions: { keyUsage } }: CertificateFacts): readonly string[] {
  return those([
    ...keyUsageProblems(keyUsage),
    keyUsage && !keyUsage.value.has('keyCertSign') && 'keyUsage lacks keyCertSign (X509-SVID §4.3)',
  ]);
}

const keyUsageProblems = (keyUsage: { readonly critical: boolean } | undefined): readonly Problem[] => [
  keyUsage === undefined && 'it has no keyUsage (X509-SVID §4.3)',
  keyUsage?.critical === false && 'keyUsage is not critical (X509-SVID §4.3)',
];
