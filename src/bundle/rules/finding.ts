// Judges a trust bundle, ours or foreign: finds the anchors, keys and missing members that make verifiers reject or misread it.
// `bundle verify` calls it, and so does `bundle add-peer` before it accepts a bundle. It is pure and fetches nothing.
import { instantText } from '../../time/instant-text.ts';
import { toHex } from '../../pki/bytes.ts';
import { DerError } from '../../pki/der/reader.ts';
import { sameName } from '../../pki/name/name.ts';
import { certificateLabel, readPathCertificate, type PathCertificate } from '../../pki/path/path-certificate.ts';
import { verifySignature } from '../../pki/key/signature.ts';
import type { BundleDocument } from './document.ts';

/** Worst first: `integrity` is that files and manifest disagree. */
export type BundleSeverity = 'integrity' | 'critical' | 'warning';

export interface BundleFinding {
  readonly severity: BundleSeverity;
  readonly name: string;
  /** A file, a trust domain, an anchor. */
  readonly subject: string;
  readonly message: string;
}

export const bundleFinding = (
  severity: BundleSeverity,
  name: string,
  subject: string,
  message: string,
): BundleFinding => ({ severity, name, subject, message });

/** An anchor that ends sooner than this should have a successor in the bundle by now. */
const SOON = 30 * 86_400_000;

/**
 * What a reader of a trust bundle stumbles over (SPIFFE Trust Domain and Bundle §4, X509-SVID §6). `trustDomain` where it is known
 * whose it should be.
 */
export function bundleFindings(
  { form, bundle, keys }: BundleDocument,
  subject: string,
  now: Date,
  trustDomain?: string,
): readonly BundleFinding[] {
  const findings: BundleFinding[] = [];
  const tell = (severity: BundleSeverity, name: string, message: string): void => {
    findings.push(bundleFinding(severity, name, subject, message));
  };
  if (form === 'spiffe' && bundle.sequence === undefined) {
    tell('warning', 'sequence-missing', 'it has no spiffe_sequence: nobody can tell a newer one from an older');
  }
  if (form === 'spiffe' && bundle.refreshHint === undefined) {
    tell('warning', 'refresh-hint-missing', 'it has no spiffe_refresh_hint: readers look again when they like');
  }
  if (bundle.x509Authorities.length === 0) tell('warning', 'no-anchors', 'it has no anchor: everybody is refused');
  for (const [index, key] of keys.entries()) {
    if (key['use'] === 'x509-svid' && key['kid'] !== undefined) {
      tell('warning', 'key-has-kid', `key ${index} has a kid, which an X.509 authority must not (X509-SVID §6.1)`);
    }
    if (PRIVATE.some(member => member in key)) {
      tell('critical', 'private-key', `key ${index} holds a private key: destroy this copy, and replace that key`);
    }
  }
  const anchors = new Map(bundle.x509Authorities.map(der => [toHex(der), der]));
  if (anchors.size < bundle.x509Authorities.length) tell('warning', 'anchor-twice', 'it holds an anchor twice');
  const ofAnchors = [...anchors.values()].map(der => anchorFindings(der, now, trustDomain));
  // an expired one that nobody has taken away yet harms nobody, as long as there is another
  const others = ofAnchors.some(found => found.every(({ severity }) => severity === 'warning'));
  const told = ofAnchors.flat().map(found => (others && found.name === 'anchor-expired' ? asWarning(found) : found));
  return [...findings, ...told];
}

const asWarning = (finding: BundleFinding): BundleFinding => ({ ...finding, severity: 'warning' });

/** RFC 7518 §6.2.2, §6.3.2, §6.4. */
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

function anchorFindings(der: Uint8Array, now: Date, trustDomain: string | undefined): readonly BundleFinding[] {
  const anchor = readAnchor(der);
  if (anchor instanceof DerError) {
    return [bundleFinding('critical', 'anchor-malformed', 'anchor', `it cannot be read: ${anchor.message}`)];
  }
  const { tbs, extensions } = anchor;
  const [notBefore, notAfter] = [tbs.notBefore.date, tbs.notAfter.date];
  const findings: BundleFinding[] = [];
  const tell = (severity: BundleSeverity, name: string, message: string): void => {
    findings.push(bundleFinding(severity, name, certificateLabel(anchor), message));
  };
  if (anchor.fault !== undefined) tell('critical', 'anchor-faulty', `${anchor.fault.message} (${anchor.fault.clause})`);
  if (extensions.basicConstraints?.value.ca !== true) tell('critical', 'anchor-is-no-ca', 'it is no CA certificate');
  if (now > notAfter) tell('critical', 'anchor-expired', `it expired ${instantText(notAfter)}`);
  else if (notAfter.getTime() - now.getTime() < SOON) {
    tell('warning', 'anchor-expiring', `it expires ${instantText(notAfter)}`);
  }
  if (now < notBefore) tell('warning', 'anchor-not-valid-yet', `it is valid from ${instantText(notBefore)}`);
  if (!isSelfSigned(anchor)) {
    tell('warning', 'anchor-not-self-signed', 'another CA signed it: a bundle holds roots (X509-SVID §6.1)');
  }
  const foreign = foreignId(anchor, trustDomain);
  if (foreign !== undefined) tell('critical', 'anchor-of-another', `it says that it is of ${foreign}`);
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

/** X509-SVID §3.2: a CA may carry the id of its trust domain. */
function foreignId({ extensions }: PathCertificate, trustDomain: string | undefined): string | undefined {
  if (trustDomain === undefined) return undefined;
  const names = extensions.subjectAltName?.value ?? [];
  const ids = names.flatMap(name => (name.type === 'uri' && name.value.startsWith('spiffe://') ? [name.value] : []));
  return ids.find(id => id !== `spiffe://${trustDomain}`);
}
