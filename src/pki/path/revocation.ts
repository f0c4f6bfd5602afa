// Decides from given CRLs whether a certificate is revoked, not revoked or not covered by any CRL.
// `find-path.ts`, `verifiers` and svcauth/node call it. It fetches no CRL, and rejects a certificate that no CRL covers.
import { instantText } from '../../time/instant-text.ts';
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
  /** CAs that may have signed them: the certificate's issuer first, then others with that name. */
  readonly signers: readonly PathCertificate[];
  /** Decides that another CA of that name leads to the same anchor (RFC 5280 §6.3.3 (f)). */
  readonly isTrusted: (signer: PathCertificate) => boolean;
  readonly now: Date;
  readonly budget: Budget;
}

/**
 * Checks complete, direct CRLs (RFC 5280 §6.3.3). Returns undefined if a CRL that covers the certificate does not list it;
 * `revoked` if any CRL lists it, even an expired one; else the reason why no CRL covers it.
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
    // a delta CRL may revoke more: the complete CRL alone is not enough
    if (found?.code === 'crl-delta') return found;
    const doubt = found ?? crl.gap ?? timeRefusal(crl, question.now);
    if (doubt === undefined) covered = true;
    else why ??= doubt;
  }
  if (covered) return undefined;
  return why ?? refusal('crl-missing', 'there is no CRL of its issuer');
}

/** Checks thisUpdate and nextUpdate; both are inclusive. */
function timeRefusal({ thisUpdate, nextUpdate }: PathCrl, now: Date): Refusal | undefined {
  if (!(now >= thisUpdate.date)) {
    return refusal(
      'crl-not-valid-yet',
      `the thisUpdate of the CRL is ${instantText(thisUpdate.date)}, and it is now ${instantText(now)}`,
    );
  }
  if (nextUpdate === undefined || now <= nextUpdate.date) return undefined;
  return refusal(
    'crl-expired',
    `the CRL expired at ${instantText(nextUpdate.date)}, and it is now ${instantText(now)}`,
  );
}

/** Returns the reason why a CRL does not cover a certificate. */
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
        ? refusal('crl-sign-missing', 'the keyUsage of its issuer has no cRLSign')
        : signatureRefusal(crl, crlToBeSigned(crl), signer, 'crl-signature-wrong', budget);
    if (found === undefined && (index === 0 || isTrusted(signer))) return undefined;
    why ??= found;
  }
  return why ?? refusal('crl-signer-unknown', 'no trusted CA has signed the CRL');
}

/** Compares key identifiers (§5.2.1). Without one, any CA of that name may have signed. */
function mayHaveSigned({ keyIdentifier }: PathCrl, signer: PathCertificate): boolean {
  const own = signer.extensions.subjectKeyIdentifier?.value;
  return keyIdentifier === undefined || own === undefined || equalBytes(keyIdentifier, own);
}

/** Checks that the CRL covers this kind of certificate and its distribution point (§6.3.3 (b)(2)). */
function scopeRefusal({ distributionPoint }: PathCrl, { extensions, tbs }: PathCertificate): Refusal | undefined {
  if (distributionPoint === undefined) return undefined;
  const isCa = extensions.basicConstraints?.value.ca === true;
  if (distributionPoint.onlyContainsUserCerts && (isCa || tbs.version !== 3)) {
    return refusal('crl-scope', 'the CRL covers end-entity certificates only');
  }
  if (distributionPoint.onlyContainsCACerts && !isCa)
    return refusal('crl-scope', 'the CRL covers CA certificates only');
  if (!distributionPoint.named) return undefined;
  const points = extensions.cRLDistributionPoints?.value;
  const shared = points?.other === 0 && distributionPoint.uris.some(uri => points.uris.includes(uri));
  return shared
    ? undefined
    : refusal('crl-scope', 'the CRL is for a distribution point that the certificate does not have');
}
