// Reads a CRL for path validation, and finds the faults that hold for every certificate.
// Trust stores, published CRLs, `verifiers` and svcauth/node read CRLs with it. Signature and dates are for `revocation.ts`.
import { equalBytes } from '../bytes.ts';
import { emptySpan, scanEntry } from '../crl/entry-span.ts';
import { decodeCrlEntry, entryReasonCode } from '../crl/entry.ts';
import { reasonWord } from '../crl/revocation-reason.ts';
import { DerError, DerReader } from '../der/reader.ts';
import { findExtension } from '../extension/extension.ts';
import {
  decodeIssuingDistributionPoint,
  type IssuingDistributionPoint,
} from '../extension/issuing-distribution-point.ts';
import { OID, oidName } from '../oids.ts';
import { crlKeyIdentifier, crlNumber, decodeCrl, isDeltaCrl, type ParsedCrl } from '../crl/parsed.ts';
import { canonicalName } from '../name/canonical-name.ts';
import { refusal, type Refusal } from './refusal.ts';

/** A CRL, read once for any number of certificates. */
export interface PathCrl extends ParsedCrl {
  readonly issuerName: string;
  readonly keyIdentifier: Uint8Array | undefined;
  readonly distributionPoint: IssuingDistributionPoint | undefined;
  /** What makes it worthless for any certificate. */
  readonly fault: Refusal | undefined;
  /** What it lacks to say of a certificate that it is not revoked. */
  readonly gap: Refusal | undefined;
}

/** Throws DerError where the bytes are not a CRL; everything else that is wrong is its `fault`. */
export function readPathCrl(der: Uint8Array): PathCrl {
  const crl = decodeCrl(der);
  const issuerName = canonicalName(crl.issuer);
  const read = { ...crl, issuerName, keyIdentifier: undefined, distributionPoint: undefined, gap: undefined };
  try {
    const point = findExtension(crl.extensions, OID.issuingDistributionPoint);
    const distributionPoint = point && decodeIssuingDistributionPoint(point.value);
    const keyIdentifier = crlKeyIdentifier(crl);
    const fault = crlFault(crl, distributionPoint) ?? entryFault(crl);
    return { ...read, keyIdentifier, distributionPoint, fault, gap: crlGap(crl) };
  } catch (error) {
    if (error instanceof DerError) return { ...read, fault: refusal('crl-malformed', error.message) };
    throw error;
  }
}

const KNOWN: ReadonlySet<string> = new Set([OID.authorityKeyIdentifier, OID.cRLNumber, OID.issuingDistributionPoint]);

function crlFault(crl: ParsedCrl, point: IssuingDistributionPoint | undefined): Refusal | undefined {
  if (!equalBytes(crl.innerAlgorithm.der, crl.signatureAlgorithm.der)) {
    return refusal('signature-algorithms-differ', 'its inner and outer signature algorithms differ');
  }
  // a delta is critical: named before it is called unknown
  if (isDeltaCrl(crl)) return refusal('crl-delta', 'it is a delta CRL: it lists changes only');
  if (findExtension(crl.extensions, OID.freshestCRL) !== undefined) {
    return refusal('crl-delta', 'delta CRLs may add to it, and they are not read');
  }
  const unknown = crl.extensions.find(({ oid, critical }) => critical && !KNOWN.has(oid));
  if (unknown !== undefined) {
    const name = oidName(unknown.oid) ?? unknown.oid;
    return refusal('crl-extension-critical-unknown', `${name} is critical and not processed`);
  }
  // §5.2.1, §5.2.3: never critical; §5.2.5: always
  const wrong = crl.extensions.find(
    ({ oid, critical }) => KNOWN.has(oid) && critical !== (oid === OID.issuingDistributionPoint),
  );
  if (wrong !== undefined) {
    return refusal('crl-extension-criticality', `${oidName(wrong.oid)} ${wrong.critical ? 'is' : 'is not'} critical`);
  }
  return point && scopeFault(point);
}

/** §5.1.2.5, §5.2.3: without these nobody can tell whether a newer one is out. */
function crlGap(crl: ParsedCrl): Refusal | undefined {
  if (crl.nextUpdate === undefined)
    return refusal('crl-next-update-missing', 'it does not say when the next one comes');
  const number = crlNumber(crl);
  if (number === undefined) return refusal('crl-extension-missing', 'it has no cRLNumber');
  return number < 0n ? refusal('crl-malformed', 'its cRLNumber is negative') : undefined;
}

function scopeFault(point: IssuingDistributionPoint): Refusal | undefined {
  if (point.indirectCRL) return refusal('crl-indirect', 'it is an indirect CRL: it lists certificates of others');
  if (point.onlySomeReasons) return refusal('crl-scope', 'it knows some reasons only');
  if (point.onlyContainsAttributeCerts) return refusal('crl-scope', 'it lists attribute certificates');
  if (point.onlyContainsUserCerts && point.onlyContainsCACerts) {
    return refusal('crl-malformed', 'it contains only CAs and only others');
  }
  return undefined;
}

/** An entry that cannot be read makes the whole list worthless (§5.3); the usual shapes are recognised without being made. */
function entryFault({ der, entries, version }: ParsedCrl): Refusal | undefined {
  if (entries === undefined) return undefined;
  if (entries.start === entries.end) return refusal('crl-malformed', 'revokedCertificates is there and empty');
  const span = emptySpan();
  for (let at = entries.start; at < entries.end; at = span.end) {
    scanEntry(der, at, entries.end, span);
    if (span.extensionsStart === span.end) continue;
    if (version !== 2) return refusal('crl-malformed', 'entry extensions in a version 1 CRL');
    const entry = decodeCrlEntry(new DerReader(der, span.start, span.end));
    for (const { oid, critical } of entry.extensions) {
      if (oid === OID.certificateIssuer) return refusal('crl-indirect', 'an entry names another issuer');
      if (critical) {
        const name = oidName(oid) ?? oid;
        return refusal('crl-extension-critical-unknown', `${name} of an entry is critical and not processed`);
      }
    }
    const reason = entryReasonCode(entry);
    if (reasonWord(reason) === undefined) return refusal('crl-malformed', `an entry has reason ${reason}`);
  }
  return undefined;
}
