// Checks a trust bundle for anchors, keys and missing members that make verifiers reject or misread it.
// `bundle verify` calls it, and so does `bundle federate` before it accepts a bundle. It is pure and fetches nothing.
import { instantText } from '../../time/instant-text.ts';
import { toHex } from '../../pki/bytes.ts';
import { DerError } from '../../pki/der/reader.ts';
import { sameName } from '../../pki/name/name.ts';
import { certificateLabel, readPathCertificate, type PathCertificate } from '../../pki/path/path-certificate.ts';
import { verifySignature } from '../../pki/key/signature.ts';
import type { BundleDocument } from './document.ts';

/** Severities, worst first; `integrity`: files and manifest disagree. */
export type BundleSeverity = 'integrity' | 'critical' | 'warning';

export interface BundleFinding {
  readonly severity: BundleSeverity;
  readonly name: string;
  /** A file, a trust domain or an anchor. */
  readonly subject: string;
  readonly message: string;
}

export const bundleFinding = (
  severity: BundleSeverity,
  name: string,
  subject: string,
  message: string,
): BundleFinding => ({ severity, name, subject, message });

/** Milliseconds before its expiry from which an anchor should have a successor in the bundle. */
const SOON = 30 * 86_400_000;

/**
 * Finds everything that makes consumers reject or misread a trust bundle (SPIFFE Trust Domain and Bundle §4, X509-SVID §6).
 * `trustDomain`: the trust domain it must belong to, if known.
 */
export function bundleFindings(
  { form, bundle, keys }: BundleDocument,
  subject: string,
  now: Date,
  trustDomain?: string,
): readonly BundleFinding[] {
  const findings: BundleFinding[] = [];
  const report = (severity: BundleSeverity, name: string, message: string): void => {
    findings.push(bundleFinding(severity, name, subject, message));
  };
  if (form === 'spiffe' && bundle.sequence === undefined) {
    report('warning', 'sequence-missing', 'no spiffe_sequence; consumers cannot detect an older bundle');
  }
  if (form === 'spiffe' && bundle.refreshHint === undefined) {
    report('warning', 'refresh-hint-missing', 'no refresh hint; consumers choose their own interval');
  }
  if (bundle.x509Authorities.length === 0)
    report('warning', 'no-anchors', 'no anchors; verifiers reject every certificate');
  for (const [index, key] of keys.entries()) {
    if (key['use'] === 'x509-svid' && key['kid'] !== undefined) {
      report('warning', 'key-has-kid', `key ${index} has a kid, not allowed for an X.509 CA (X509-SVID §6.1)`);
    }
    if (PRIVATE.some(member => member in key)) {
      report('critical', 'private-key', `key ${index} has a private key; delete this file and replace that key`);
    }
  }
  const anchors = new Map(bundle.x509Authorities.map(der => [toHex(der), der]));
  if (anchors.size < bundle.x509Authorities.length) report('warning', 'anchor-twice', 'the same anchor occurs twice');
  const ofAnchors = [...anchors.values()].map(der => anchorFindings(der, now, trustDomain));
  // an expired anchor does no harm beside a good one
  const others = ofAnchors.some(found => found.every(({ severity }) => severity === 'warning'));
  const all = ofAnchors.flat().map(found => (others && found.name === 'anchor-expired' ? asWarning(found) : found));
  return [...findings, ...all];
}

const asWarning = (finding: BundleFinding): BundleFinding => ({ ...finding, severity: 'warning' });

/** Private members of a JWK (RFC 7518 §6.2.2, §6.3.2, §6.4). */
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

function anchorFindings(der: Uint8Array, now: Date, trustDomain: string | undefined): readonly BundleFinding[] {
  const anchor = readAnchor(der);
  if (anchor instanceof DerError) {
    return [bundleFinding('critical', 'anchor-malformed', 'anchor', `cannot be parsed: ${anchor.message}`)];
  }
  const { tbs, extensions } = anchor;
  const [notBefore, notAfter] = [tbs.notBefore.date, tbs.notAfter.date];
  const findings: BundleFinding[] = [];
  const report = (severity: BundleSeverity, name: string, message: string): void => {
    findings.push(bundleFinding(severity, name, certificateLabel(anchor), message));
  };
  if (anchor.fault !== undefined)
    report('critical', 'anchor-faulty', `${anchor.fault.message} (${anchor.fault.clause})`);
  if (extensions.basicConstraints?.value.ca !== true) report('critical', 'anchor-is-no-ca', 'not a CA certificate');
  if (now > notAfter) report('critical', 'anchor-expired', `expired ${instantText(notAfter)}`);
  else if (notAfter.getTime() - now.getTime() < SOON) {
    report('warning', 'anchor-expiring', `expires ${instantText(notAfter)}`);
  }
  if (now < notBefore) report('warning', 'anchor-not-valid-yet', `valid from ${instantText(notBefore)}`);
  if (!isSelfSigned(anchor)) {
    report('warning', 'anchor-not-self-signed', 'not self-signed; a bundle holds roots (X509-SVID §6.1)');
  }
  const foreign = foreignId(anchor, trustDomain);
  if (foreign !== undefined) report('critical', 'anchor-of-another', `its SPIFFE ID is ${foreign}`);
  return findings;
}

function readAnchor(der: Uint8Array): PathCertificate | DerError {
  try {
    return readPathCertificate(der);
  } catch (error) {
    if (error instanceof DerError) return error;
    throw error;
  }
}

const isSelfSigned = ({ tbs, signatureAlgorithm, signature }: PathCertificate): boolean =>
  sameName(tbs.subject, tbs.issuer) && verifySignature(signatureAlgorithm, tbs.publicKey, tbs.der, signature);

/** Returns the SPIFFE ID of an anchor of another trust domain: a CA may carry its own (X509-SVID §3.2). */
function foreignId({ extensions }: PathCertificate, trustDomain: string | undefined): string | undefined {
  if (trustDomain === undefined) return undefined;
  const names = extensions.subjectAltName?.value ?? [];
  const ids = names.flatMap(name => (name.type === 'uri' && name.value.startsWith('spiffe://') ? [name.value] : []));
  return ids.find(id => id !== `spiffe://${trustDomain}`);
}
