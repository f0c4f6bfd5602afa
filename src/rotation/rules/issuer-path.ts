/**
 * Builds the path from the certificate of our issuing CA to its external root, and judges every link. `ca install-cert` calls it; it reads
 * no file and decides nothing about the manifest.
 */
import { instantText } from '../../time/instant-text.ts';
import { DerError } from '../../pki/der/reader.ts';
import { decodeBasicConstraints } from '../../pki/extension/basic-constraints.ts';
import { findExtension } from '../../pki/extension/extension.ts';
import { decodeKeyUsage } from '../../pki/extension/key-usage.ts';
import { nameToString, sameName } from '../../pki/name/name.ts';
import { OID } from '../../pki/oids.ts';
import type { ParsedCertificate } from '../../pki/certificate/parsed.ts';
import { plural } from '../../text/plural.ts';
import { verifySignature } from '../../pki/key/signature.ts';

/** A path to a root, or the reason why there is none. */
export type IssuerPath =
  { readonly above: readonly ParsedCertificate[] } | { readonly fault: string; readonly of: 'certificate' | 'chain' };

/**
 * Returns the certificates above a CA certificate, its issuer first and the root last. `offered` come with it, `known` are those of the
 * manifest. Every CA needs keyCertSign, cRLSign and a key identifier; a path length limits the CAs below (RFC 5280 §4.2.1.9).
 */
export function issuerPath(
  certificate: ParsedCertificate,
  offered: readonly ParsedCertificate[],
  known: readonly ParsedCertificate[],
  now: Date,
): IssuerPath {
  const above: ParsedCertificate[] = [];
  for (let below = certificate; !isSelfIssued(below); below = above.at(-1)!) {
    const of = below === certificate ? 'certificate' : 'chain';
    const named = [...offered, ...known].filter(({ tbs }) => sameName(tbs.subject, below.tbs.issuer));
    const signer = named.find(each => hasSigned(each, below));
    if (signer === undefined || above.includes(signer)) return { fault: missing(below, named, offered), of };
    const fault = faultOfDer(() => linkFault(below, now));
    if (fault !== undefined) return { fault, of };
    above.push(signer);
  }
  for (const [index, each] of above.entries()) {
    const [most, below] = [pathLengthOf(each), index + 1];
    if (most !== undefined && most < below) {
      return {
        fault: `the pathLen of ${nameToString(each.tbs.subject)} is ${most}, and ${plural(below, 'CA')} would be below it`,
        of: 'chain',
      };
    }
  }
  const unused = offered.find(each => !above.includes(each));
  if (unused !== undefined)
    return { fault: `${nameToString(unused.tbs.subject)} is not above the certificate that is installed`, of: 'chain' };
  return { above };
}

export const isSelfIssued = ({ tbs }: ParsedCertificate): boolean => sameName(tbs.issuer, tbs.subject);

function missing(below: ParsedCertificate, named: readonly unknown[], offered: readonly ParsedCertificate[]): string {
  const isTwoTier = offered.length === 1 && isSelfIssued(offered[0]!);
  if (named.length > 0)
    return isTwoTier ? 'the root did not sign it' : `${nameToString(below.tbs.issuer)} did not sign it`;
  return isTwoTier
    ? 'its issuer is not the subject of the root (RFC 5280 §6.1.3 a.4)'
    : `its issuer ${nameToString(below.tbs.issuer)} is neither a CA of this PKI nor in a --chain file`;
}

const hasSigned = ({ tbs }: ParsedCertificate, below: ParsedCertificate): boolean =>
  verifySignature(below.signatureAlgorithm, tbs.publicKey, below.tbs.der, below.signature);

/** Explains why a certificate cannot be that of a CA between a leaf and a root; undefined if it can. */
function linkFault({ tbs }: ParsedCertificate, now: Date): string | undefined {
  const constraints = findExtension(tbs.extensions, OID.basicConstraints);
  const usage = findExtension(tbs.extensions, OID.keyUsage);
  if (constraints === undefined || !decodeBasicConstraints(constraints.value).ca) {
    return 'it is not a CA (basicConstraints cA, RFC 5280 §4.2.1.9)';
  }
  const usages = usage && decodeKeyUsage(usage.value);
  for (const needed of ['keyCertSign', 'cRLSign'] as const) {
    if (usages?.has(needed) !== true) return `its keyUsage has no ${needed} (RFC 5280 §4.2.1.3)`;
  }
  if (findExtension(tbs.extensions, OID.subjectKeyIdentifier) === undefined) {
    return 'it has no subjectKeyIdentifier (RFC 5280 §4.2.1.2)';
  }
  if (tbs.notBefore.date > now) return `it is not valid before ${instantText(tbs.notBefore.date)}`;
  if (tbs.notAfter.date < now) return `it expired at ${instantText(tbs.notAfter.date)}`;
  return undefined;
}

function pathLengthOf({ tbs }: ParsedCertificate): number | undefined {
  const constraints = findExtension(tbs.extensions, OID.basicConstraints);
  return constraints && decodeBasicConstraints(constraints.value).pathLength;
}

/** Returns the message of a DER error: extensions are decoded late, and may be malformed. */
function faultOfDer(look: () => string | undefined): string | undefined {
  try {
    return look();
  } catch (cause) {
    if (cause instanceof DerError) return cause.message;
    throw cause;
  }
}
