// Reads a CRL for path validation, and finds the faults that hold for every certificate.
// Trust stores, published CRLs, `verifiers` and svcauth/node read CRLs with it. `revocation.ts` checks signature and dates.
import { equalBytes } from '../bytes.ts';
import { emptySpan, hasPlainExtensions, scanEntry, type EntrySpan } from '../crl/entry-span.ts';
import { decodeCrlEntry, entryReasonCode } from '../crl/entry.ts';
import { reasonWord } from '../crl/revocation-reason.ts';
import { DerError, DerReader } from '../der/reader.ts';
import { findExtension } from '../extension/extension.ts';
import {
  decodeIssuingDistributionPoint,
  type IssuingDistributionPoint,
} from '../extension/issuing-distribution-point.ts';
import { OID, oidName } from '../oids.ts';
import {
  crlKeyIdentifier,
  crlNumber,
  decodeCrl,
  isDeltaCrl,
  readCrlHead,
  readCrlTail,
  type ParsedCrl,
} from '../crl/parsed.ts';
import { SerialIndex } from '../crl/serial-index.ts';
import { canonicalName } from '../name/canonical-name.ts';
import { refusal, type Refusal } from './refusal.ts';

/** A CRL, read once for all certificates. */
export interface PathCrl extends ParsedCrl {
  readonly issuerName: string;
  readonly keyIdentifier: Uint8Array | undefined;
  readonly distributionPoint: IssuingDistributionPoint | undefined;
  /** The fault that makes it unusable for every certificate. */
  readonly fault: Refusal | undefined;
  /** The missing field without which it cannot show that a certificate is not revoked. */
  readonly gap: Refusal | undefined;
}

/** Reads a CRL. Throws DerError for bytes that are not a CRL; any other problem is its `fault`. */
export const readPathCrl = (der: Uint8Array): PathCrl => interpret(decodeCrl(der), entryFault);

/** The entries that `pathCrlSteps` reads between two pauses: well below a millisecond of work. */
const STEP = 500;

/**
 * Reads a long CRL as strictly as `readPathCrl`, with an index of its serial numbers. It pauses at each `yield`, so the caller decides when it continues. Throws DerError.
 */
export function* pathCrlSteps(der: Uint8Array): Generator<undefined, PathCrl> {
  const head = readCrlHead(der, der.length);
  const { entries, version } = head;
  let fault: Refusal | undefined;
  let entryCount = 0;
  const index = yield* SerialIndex.make(der, entries === undefined ? 0 : entries.end - entries.start);
  if (entries !== undefined) {
    if (entries.start === entries.end) fault = EMPTY_LIST;
    const span = emptySpan();
    for (let at = entries.start; at < entries.end; at = span.end) {
      scanEntry(der, at, entries.end, span);
      index.add(span.start, span.serialStart, span.serialEnd);
      fault ??= faultOfEntry(der, version, span);
      if (++entryCount % STEP === 0) yield;
    }
  }
  const tail = readCrlTail(der.subarray(head.tail), head);
  return interpret({ der, ...head, ...tail, entryCount, index }, () => fault);
}

function interpret(crl: ParsedCrl, entryFaultOf: (crl: ParsedCrl) => Refusal | undefined): PathCrl {
  const issuerName = canonicalName(crl.issuer);
  const read = { ...crl, issuerName, keyIdentifier: undefined, distributionPoint: undefined, gap: undefined };
  try {
    const point = findExtension(crl.extensions, OID.issuingDistributionPoint);
    const distributionPoint = point && decodeIssuingDistributionPoint(point.value);
    const keyIdentifier = crlKeyIdentifier(crl);
    const fault = crlFault(crl, distributionPoint) ?? entryFaultOf(crl);
    return { ...read, keyIdentifier, distributionPoint, fault, gap: crlGap(crl) };
  } catch (error) {
    if (error instanceof DerError) return { ...read, fault: refusal('crl-malformed', error.message) };
    throw error;
  }
}

const KNOWN: ReadonlySet<string> = new Set([OID.authorityKeyIdentifier, OID.cRLNumber, OID.issuingDistributionPoint]);

function crlFault(crl: ParsedCrl, point: IssuingDistributionPoint | undefined): Refusal | undefined {
  if (!equalBytes(crl.innerAlgorithm.der, crl.signatureAlgorithm.der)) {
    return refusal('signature-algorithms-differ', 'the inner and outer signature algorithms of the CRL differ');
  }
  // deltaCRLIndicator is critical: report the delta CRL before an unknown extension
  if (isDeltaCrl(crl)) return refusal('crl-delta', 'the CRL is a delta CRL, which lists changes only');
  if (findExtension(crl.extensions, OID.freshestCRL) !== undefined) {
    return refusal('crl-delta', 'the CRL refers to delta CRLs, which are not supported');
  }
  const unknown = crl.extensions.find(({ oid, critical }) => critical && !KNOWN.has(oid));
  if (unknown !== undefined) {
    const name = oidName(unknown.oid) ?? unknown.oid;
    return refusal('crl-extension-critical-unknown', `the critical CRL extension ${name} is not supported`);
  }
  // §5.2.1, §5.2.3: never critical; §5.2.5: always
  const wrong = crl.extensions.find(
    ({ oid, critical }) => KNOWN.has(oid) && critical !== (oid === OID.issuingDistributionPoint),
  );
  if (wrong !== undefined) {
    return refusal(
      'crl-extension-criticality',
      `the CRL extension ${oidName(wrong.oid)} ${wrong.critical ? 'is' : 'is not'} critical`,
    );
  }
  return point && scopeFault(point);
}

/** Reports a missing nextUpdate or cRLNumber: without them a verifier cannot detect an outdated CRL (§5.1.2.5, §5.2.3). */
function crlGap(crl: ParsedCrl): Refusal | undefined {
  if (crl.nextUpdate === undefined) return refusal('crl-next-update-missing', 'the CRL has no nextUpdate');
  const number = crlNumber(crl);
  if (number === undefined) return refusal('crl-extension-missing', 'the CRL has no cRLNumber');
  return number < 0n ? refusal('crl-malformed', 'the cRLNumber of the CRL is negative') : undefined;
}

function scopeFault(point: IssuingDistributionPoint): Refusal | undefined {
  if (point.indirectCRL)
    return refusal('crl-indirect', 'the CRL is an indirect CRL, which lists certificates of other CAs');
  if (point.onlySomeReasons) return refusal('crl-scope', 'the CRL covers some revocation reasons only');
  if (point.onlyContainsAttributeCerts) return refusal('crl-scope', 'the CRL covers attribute certificates only');
  if (point.onlyContainsUserCerts && point.onlyContainsCACerts) {
    return refusal(
      'crl-malformed',
      'the CRL contradicts itself: only CA certificates, and only end-entity certificates',
    );
  }
  return undefined;
}

const EMPTY_LIST = refusal('crl-malformed', 'revokedCertificates is present but empty');

/** Returns the fault of an entry, which makes the CRL unusable (§5.3). */
function entryFault({ der, entries, version }: ParsedCrl): Refusal | undefined {
  if (entries === undefined) return undefined;
  if (entries.start === entries.end) return EMPTY_LIST;
  const span = emptySpan();
  for (let at = entries.start; at < entries.end; at = span.end) {
    scanEntry(der, at, entries.end, span);
    const fault = faultOfEntry(der, version, span);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** Returns the fault of one entry. It does not decode entries of the usual form. Throws DerError. */
function faultOfEntry(der: Uint8Array, version: number, span: EntrySpan): Refusal | undefined {
  if (span.extensionsStart === span.end) return undefined;
  if (version !== 2) return refusal('crl-malformed', 'a version 1 CRL has entry extensions');
  if (hasPlainExtensions(der, span) && reasonWord(der[span.end - 1]!) !== undefined) return undefined;
  const entry = decodeCrlEntry(new DerReader(der, span.start, span.end));
  for (const { oid, critical } of entry.extensions) {
    if (oid === OID.certificateIssuer) return refusal('crl-indirect', 'an entry of the CRL names another issuer');
    if (critical) {
      const name = oidName(oid) ?? oid;
      return refusal('crl-extension-critical-unknown', `the critical CRL entry extension ${name} is not supported`);
    }
  }
  const reason = entryReasonCode(entry);
  return reasonWord(reason) === undefined
    ? refusal('crl-malformed', `an entry of the CRL has the unknown reason ${reason}`)
    : undefined;
}
