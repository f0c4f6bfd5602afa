// Decides from the CRLs at hand whether a certificate is revoked, not revoked, or not covered.
// `find-path.ts`, `verifiers` and svcauth/node call it. It fetches no CRL, and refuses a certificate that no CRL covers.
import { equalBytes, toHex } from '../bytes.ts';
import { entryReason } from '../crl/entry.ts';
import { crlToBeSigned, findCrlEntry } from '../crl/parsed.ts';
import type { Budget } from './budget.ts';
import type { PathCertificate } from './path-certificate.ts';
import type { PathCrl } from './path-crl.ts';
import { refusal, type Refusal } from './refusal.ts';
import { signatureRefusal } from './signed-by.ts';

export interface RevocationQuestion {
  /** CRLs of the certificate's issuer name. */
  readonly crls: readonly PathCrl[];
  /** Keys that may have signed them: the certificate's issuer first, then others of that name. */
  readonly signers: readonly PathCertificate[];
  /** Whether another key of that name leads to the same anchor (RFC 5280 §6.3.3 (f)). */
  readonly isTrusted: (signer: PathCertificate) => boolean;
  readonly now: Date;
  readonly budget: Budget;
}

/**
 * RFC 5280 §6.3.3 for complete, direct CRLs. Undefined when one that covers the certificate does not list it; `revoked` when
 * any does, also one too old to clear it; else why none covers it.
 */
export function revocationRefusal(certificate: PathCertificate, question: RevocationQuestion): Refusal | undefined {
  let covered = false;
  let why: Refusal | undefined;
  for (const crl of question.crls) {
    const found = authorityRefusal(crl, certificate, question);
    const entry = found === undefined ? findCrlEntry(crl, certificate.tbs.serial) : undefined;
    if (entry !== undefined) {
      const day = entry.revocationDate.date.toISOString().slice(0, 10);
      return refusal(
        'revoked',
        `serial ${toHex(certificate.tbs.serial)} was revoked on ${day} (${entryReason(entry)})`,
      );
    }
    // what a delta may add is not known: the complete list alone would say too little
    if (found?.code === 'crl-delta') return found;
    const doubt = found ?? crl.gap ?? timeRefusal(crl, question.now);
    if (doubt === undefined) covered = true;
    else why ??= doubt;
  }
  if (covered) return undefined;
  return why ?? refusal('crl-missing', 'no CRL of its issuer is at hand');
}

/** Both ends are inclusive. */
function timeRefusal({ thisUpdate, nextUpdate }: PathCrl, now: Date): Refusal | undefined {
  if (!(now >= thisUpdate.date)) {
    return refusal(
      'crl-not-valid-yet',
      `it holds from ${thisUpdate.date.toISOString()}, and now is ${now.toISOString()}`,
    );
  }
  if (nextUpdate === undefined || now <= nextUpdate.date) return undefined;
  return refusal('crl-expired', `its nextUpdate was ${nextUpdate.date.toISOString()}, and now is ${now.toISOString()}`);
}

/** Why a CRL has nothing to say about a certificate. */
function authorityRefusal(
  crl: PathCrl,
  certificate: PathCertificate,
  { signers, isTrusted, budget }: RevocationQuestion,
): Refusal | undefined {
  if (crl.fault !== undefined) return crl.fault;
  const scope = scopeRefusal(crl, certificate);
  if (scope !== undefined) return scope;
  let why: Refusal | undefined;
  for (const [index, signer] of signers.entries()) {
    if (!mayHaveSigned(crl, signer)) continue;
    const usages = signer.extensions.keyUsage?.value;
    const found =
      usages !== undefined && !usages.has('cRLSign')
        ? refusal('crl-sign-missing', 'the keyUsage of its issuer does not hold cRLSign')
        : signatureRefusal(crl, crlToBeSigned(crl), signer, 'crl-signature-wrong', budget);
    if (found === undefined && (index === 0 || isTrusted(signer))) return undefined;
    why ??= found;
  }
  return why ?? refusal('crl-signer-unknown', 'no key that may have signed it is trusted');
}

/** §5.2.1: the identifier leads to the key; without one any key of that name may have signed. */
function mayHaveSigned({ keyIdentifier }: PathCrl, signer: PathCertificate): boolean {
  const own = signer.extensions.subjectKeyIdentifier?.value;
  return keyIdentifier === undefined || own === undefined || equalBytes(keyIdentifier, own);
}

/** §6.3.3 (b)(2): the CRL must speak for this kind of certificate, and for one of the places it names. */
function scopeRefusal({ distributionPoint }: PathCrl, { extensions, tbs }: PathCertificate): Refusal | undefined {
  if (distributionPoint === undefined) return undefined;
  const isCa = extensions.basicConstraints?.value.ca === true;
  if (distributionPoint.onlyContainsUserCerts && (isCa || tbs.version !== 3)) {
    return refusal('crl-scope', 'it lists end-entity certificates only');
  }
  if (distributionPoint.onlyContainsCACerts && !isCa) return refusal('crl-scope', 'it lists CA certificates only');
  if (!distributionPoint.named) return undefined;
  const points = extensions.cRLDistributionPoints?.value;
  const shared = points?.other === 0 && distributionPoint.uris.some(uri => points.uris.includes(uri));
  return shared ? undefined : refusal('crl-scope', 'it is for a distribution point that the certificate does not name');
}
