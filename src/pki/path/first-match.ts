import { equalBytes } from '../bytes.ts';
import type { PathCertificate } from './path-certificate.ts';

/** The way to recognise an issuer: by name and key identifier (RFC 5280 §4.2.1.1), or by name alone. */
export type IssuerMatch = 'key-identifier' | 'name';

/**
 * Builds a chain without backtracking: each step takes the first matching anchor, else the first matching sent certificate.
 * Returns the chain and its anchor; the anchor is undefined if no chain reaches one.
 */
export function firstMatchChain(
  target: PathCertificate,
  sent: readonly PathCertificate[],
  anchors: readonly PathCertificate[],
  match: IssuerMatch,
): { readonly chain: readonly PathCertificate[]; readonly anchor: PathCertificate | undefined } {
  const chain = [target];
  for (;;) {
    const child = chain.at(-1)!;
    const fits = (issuer: PathCertificate) => isIssuer(issuer, child, match) && !chain.includes(issuer);
    const anchor = anchors.find(fits);
    const next = anchor ?? sent.find(fits);
    if (anchor !== undefined || next === undefined) return { chain, anchor };
    chain.push(next);
  }
}

function isIssuer(issuer: PathCertificate, child: PathCertificate, match: IssuerMatch): boolean {
  if (issuer.subjectName !== child.issuerName) return false;
  const wanted = child.extensions.authorityKeyIdentifier?.value.keyIdentifier;
  const own = issuer.extensions.subjectKeyIdentifier?.value;
  return match === 'name' || wanted === undefined || own === undefined || equalBytes(wanted, own);
}
