// Decides whether a certificate may be in a path, by itself and as issuer of the certificate below it (RFC 5280 §6.1.3, §6.1.4).
// `validate-path.ts` asks about the target, `find-path.ts` about every issuer. It ignores policies and revocation.
import { sameName } from '../name/name.ts';
import type { Budget } from './budget.ts';
import { constrainedNames, nameRefusal } from './constrained-names.ts';
import type { PathCertificate } from './path-certificate.ts';
import { purposeRefusal, type Purpose } from './purpose.ts';
import { refusal, type Refusal } from './refusal.ts';
import { signatureRefusal } from './signed-by.ts';

/** What the certificates of one search have in common. */
export interface Circumstances {
  readonly now: Date;
  readonly purpose: Purpose;
  readonly budget: Budget;
}

/** What speaks against a certificate itself: its form, its time, its purpose. Both ends of the validity are inclusive. */
export function standingRefusal(
  certificate: PathCertificate,
  isAnchor: boolean,
  { now, purpose }: Pick<Circumstances, 'now' | 'purpose'>,
): Refusal | undefined {
  if (certificate.fault !== undefined) return certificate.fault;
  // §4.2.1.1: for finding the way up; there is none from an anchor, and a self-signed certificate may omit it
  const namesKey = certificate.extensions.authorityKeyIdentifier?.value.keyIdentifier !== undefined;
  if (!namesKey && !isAnchor && !sameName(certificate.tbs.subject, certificate.tbs.issuer)) {
    return refusal('authority-key-identifier-missing', 'it does not name the key of its issuer');
  }
  const { notBefore, notAfter } = certificate.tbs;
  // written so that a date that is none is refused
  if (!(now >= notBefore.date)) {
    return refusal('not-valid-yet', `it is valid from ${instant(notBefore.date)}, and now is ${instant(now)}`);
  }
  // notAfter stands for its whole second
  if (Math.floor(now.getTime() / 1000) > notAfter.date.getTime() / 1000) {
    return refusal('expired', `it was valid until ${instant(notAfter.date)}, and now is ${instant(now)}`);
  }
  return purposeRefusal(certificate, purpose);
}

/** To the second; what is no date says so. */
const instant = (date: Date): string =>
  Number.isNaN(date.getTime()) ? 'no time' : date.toISOString().replace('.000Z', 'Z');

/** What speaks against a CA as the issuer of the last certificate of `below`, the target first. The signature comes last. */
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

/** §6.1.4 (k), (n). Nobody else looks at an anchor: it is held to the profile (§4.2.1.9), and its own signature is not asked. */
function authorityRefusal({ extensions }: PathCertificate, isAnchor: boolean): Refusal | undefined {
  const constraints = extensions.basicConstraints;
  if (constraints?.value.ca !== true) return refusal('not-a-ca', 'its basicConstraints do not say that it is a CA');
  if (isAnchor && !constraints.critical) {
    return refusal('basic-constraints-not-critical', 'it is an anchor whose basicConstraints are not critical');
  }
  const usages = extensions.keyUsage?.value;
  if (usages === undefined || usages.has('keyCertSign')) return undefined;
  return refusal('key-cert-sign-missing', 'its keyUsage does not hold keyCertSign');
}

/** §6.1.4 (l), (m): self-issued certificates do not count, and neither does the target. */
function pathLengthRefusal(below: readonly PathCertificate[], { extensions }: PathCertificate): Refusal | undefined {
  const limit = extensions.basicConstraints?.value.pathLength;
  if (limit === undefined) return undefined;
  const length = intermediates(below);
  return length <= limit ? undefined : refusal('path-length', `${length} CAs follow it, and it allows ${limit}`);
}

export const intermediates = (below: readonly PathCertificate[]): number =>
  below.slice(1).filter(certificate => !certificate.selfIssued).length;

/** §6.1.3 (b), (c): every certificate below but self-issued CAs. */
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
