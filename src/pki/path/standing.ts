// Decides whether a certificate may be in a path, by itself and as issuer of the certificate below it (RFC 5280 §6.1.3, §6.1.4).
// `validate-path.ts` calls it for the target, `find-path.ts` for every issuer. It ignores policies and revocation.
import { sameName } from '../name/name.ts';
import type { Budget } from './budget.ts';
import { constrainedNames, nameRefusal } from './constrained-names.ts';
import type { PathCertificate } from './path-certificate.ts';
import { purposeRefusal, type Purpose } from './purpose.ts';
import { refusal, type Refusal } from './refusal.ts';
import { signatureRefusal } from './signed-by.ts';

/** The values that all certificates of one search share. */
export interface Circumstances {
  readonly now: Date;
  readonly purpose: Purpose;
  readonly budget: Budget;
}

/** Checks a certificate by itself: form, validity and purpose. Both ends of the validity are inclusive. */
export function standingRefusal(
  certificate: PathCertificate,
  isAnchor: boolean,
  { now, purpose }: Pick<Circumstances, 'now' | 'purpose'>,
): Refusal | undefined {
  if (certificate.fault !== undefined) return certificate.fault;
  // §4.2.1.1: needed to find the issuer; an anchor needs none, and a self-signed certificate may omit it
  const namesKey = certificate.extensions.authorityKeyIdentifier?.value.keyIdentifier !== undefined;
  if (!namesKey && !isAnchor && !sameName(certificate.tbs.subject, certificate.tbs.issuer)) {
    return refusal('authority-key-identifier-missing', 'it has no authorityKeyIdentifier with a keyIdentifier');
  }
  const { notBefore, notAfter } = certificate.tbs;
  // this form of comparison also rejects an invalid date
  if (!(now >= notBefore.date)) {
    return refusal('not-valid-yet', `it is valid from ${instant(notBefore.date)}, and it is now ${instant(now)}`);
  }
  // the whole second of notAfter is valid
  if (Math.floor(now.getTime() / 1000) > notAfter.date.getTime() / 1000) {
    return refusal('expired', `it expired at ${instant(notAfter.date)}, and it is now ${instant(now)}`);
  }
  return purposeRefusal(certificate, purpose);
}

/** Words an instant to the second; an invalid date becomes `no time`. */
const instant = (date: Date): string =>
  Number.isNaN(date.getTime()) ? 'no time' : date.toISOString().replace('.000Z', 'Z');

/** Checks a CA as the issuer of the last certificate of `below`, which begins with the target. It checks the signature last. */
export function issuerRefusal(
  below: readonly PathCertificate[],
  issuer: PathCertificate,
  isAnchor: boolean,
  circumstances: Circumstances,
): Refusal | undefined {
  const child = below.at(-1)!;
  return (
    standingRefusal(issuer, isAnchor, circumstances) ??
    authorityRefusal(issuer, isAnchor) ??
    pathLengthRefusal(below, issuer) ??
    namesRefusal(below, issuer, circumstances.budget) ??
    signatureRefusal(child, child.tbs.der, issuer, 'signature-wrong', circumstances.budget)
  );
}

/** Checks that a certificate may issue (§6.1.4 (k), (n)). An anchor must follow the profile (§4.2.1.9) too. */
function authorityRefusal({ extensions }: PathCertificate, isAnchor: boolean): Refusal | undefined {
  const constraints = extensions.basicConstraints;
  if (constraints?.value.ca !== true) return refusal('not-a-ca', 'its basicConstraints do not have cA');
  if (isAnchor && !constraints.critical) {
    return refusal('basic-constraints-not-critical', 'it is a trust anchor, but its basicConstraints are not critical');
  }
  const usages = extensions.keyUsage?.value;
  if (usages === undefined || usages.has('keyCertSign')) return undefined;
  return refusal('key-cert-sign-missing', 'its keyUsage has no keyCertSign');
}

/** Checks the path length (§6.1.4 (l), (m)). Self-issued certificates and the target do not count. */
function pathLengthRefusal(below: readonly PathCertificate[], { extensions }: PathCertificate): Refusal | undefined {
  const limit = extensions.basicConstraints?.value.pathLength;
  if (limit === undefined) return undefined;
  const length = intermediates(below);
  return length <= limit
    ? undefined
    : refusal('path-length', `${length} CAs are below it, but its pathLenConstraint is ${limit}`);
}

export const intermediates = (below: readonly PathCertificate[]): number =>
  below.slice(1).filter(certificate => !certificate.selfIssued).length;

/** Checks the names of every certificate below, except self-issued CAs (§6.1.3 (b), (c)). */
function namesRefusal(
  below: readonly PathCertificate[],
  { extensions }: PathCertificate,
  budget: Budget,
): Refusal | undefined {
  const constraints = extensions.nameConstraints?.value;
  if (constraints === undefined) return undefined;
  for (const [index, certificate] of below.entries()) {
    if (index > 0 && certificate.selfIssued) continue;
    const found = nameRefusal(constraints, constrainedNames(certificate), budget);
    if (found !== undefined) return found;
  }
  return undefined;
}
