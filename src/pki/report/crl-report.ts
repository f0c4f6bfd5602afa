// Describes a CRL and its entries in plain data.
// `inspect`, `crl show`, `crl diff` and the import of CRLs call it. It verifies no signature; the time is an argument.
import { createHash } from 'node:crypto';
import { entryInvalidityDate, entryReason, type CrlEntry } from '../crl/entry.ts';
import { findExtension } from '../extension/extension.ts';
import {
  decodeIssuingDistributionPoint,
  type IssuingDistributionPoint,
} from '../extension/issuing-distribution-point.ts';
import { nameToString } from '../name/name.ts';
import { OID, oidName } from '../oids.ts';
import { crlEntries, crlKeyIdentifier, crlNumber, isDeltaCrl, type ParsedCrl } from '../crl/parsed.ts';
import { serialToHex } from '../certificate/serial-number.ts';
import { signatureScheme } from '../key/signature.ts';

/** The description of a CRL without its entries. */
export interface CrlReport {
  readonly type: 'crl';
  readonly version: number;
  /** As RFC 4514 defines. */
  readonly issuer: string;
  /** The identifier of the issuer's key; absent if the CRL does not have it. */
  readonly keyIdentifier?: Uint8Array;
  readonly number?: bigint;
  readonly thisUpdate: Date;
  readonly nextUpdate?: Date;
  /** `stale` from nextUpdate on, inclusive. */
  readonly validity: 'valid' | 'stale' | 'not yet valid';
  readonly entryCount: number;
  readonly signatureAlgorithm: string;
  /** Present if the CRL lists only changes (RFC 5280 §5.2.4). */
  readonly delta?: true;
  /** Present if the CRL covers only some certificates (RFC 5280 §5.2.5). */
  readonly scope?: IssuingDistributionPoint;
  /** Extensions without a field of their own, by the standard's name or the OID. */
  readonly otherExtensions?: readonly string[];
  readonly sha256: Uint8Array;
}

export interface CrlEntryReport {
  readonly serial: string;
  readonly revokedAt: Date;
  /** The name of the reason in the RFC. */
  readonly reason: string;
  readonly invalidityDate?: Date;
}

const SHOWN: ReadonlySet<string> = new Set([
  OID.authorityKeyIdentifier,
  OID.cRLNumber,
  OID.deltaCRLIndicator,
  OID.issuingDistributionPoint,
]);

/** Describes a CRL. Throws DerError if an extension cannot be read. */
export function reportCrl(crl: ParsedCrl, now: Date): CrlReport {
  const keyIdentifier = crlKeyIdentifier(crl);
  const number = crlNumber(crl);
  const nextUpdate = crl.nextUpdate?.date;
  const scope = findExtension(crl.extensions, OID.issuingDistributionPoint);
  const others = crl.extensions.filter(({ oid }) => !SHOWN.has(oid)).map(({ oid }) => oidName(oid) ?? oid);
  const { signatureAlgorithm } = crl;
  return {
    type: 'crl',
    version: crl.version,
    issuer: nameToString(crl.issuer),
    ...(keyIdentifier && { keyIdentifier }),
    ...(number !== undefined && { number }),
    thisUpdate: crl.thisUpdate.date,
    ...(nextUpdate && { nextUpdate }),
    validity: now < crl.thisUpdate.date ? 'not yet valid' : nextUpdate && nextUpdate <= now ? 'stale' : 'valid',
    entryCount: crl.entryCount,
    signatureAlgorithm:
      signatureScheme(signatureAlgorithm)?.label ?? oidName(signatureAlgorithm.oid) ?? signatureAlgorithm.oid,
    ...(isDeltaCrl(crl) && { delta: true }),
    ...(scope && { scope: decodeIssuingDistributionPoint(scope.value) }),
    ...(others.length > 0 && { otherExtensions: others }),
    sha256: new Uint8Array(createHash('sha256').update(crl.der).digest()),
  };
}

/** Describes the entries in the order of the CRL, each on request. Throws DerError. */
export function* reportCrlEntries(crl: ParsedCrl): Generator<CrlEntryReport> {
  for (const entry of crlEntries(crl)) yield reportCrlEntry(entry);
}

function reportCrlEntry(entry: CrlEntry): CrlEntryReport {
  const invalidityDate = entryInvalidityDate(entry);
  return {
    serial: serialToHex(entry.serial),
    revokedAt: entry.revocationDate.date,
    reason: entryReason(entry),
    ...(invalidityDate && { invalidityDate }),
  };
}
