// Describes a CRL and its entries for a person, in plain data.
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

/** A CRL without its entries, as far as a person asks. */
export interface CrlReport {
  readonly type: 'crl';
  readonly version: number;
  /** RFC 4514. */
  readonly issuer: string;
  /** Of the key that signed it; absent in CRLs that do not say. */
  readonly keyIdentifier?: Uint8Array;
  readonly number?: bigint;
  readonly thisUpdate: Date;
  readonly nextUpdate?: Date;
  /** `stale`: from nextUpdate on, the second itself included. */
  readonly validity: 'valid' | 'stale' | 'not yet valid';
  readonly entryCount: number;
  readonly signatureAlgorithm: string;
  /** It lists changes only (RFC 5280 §5.2.4). */
  readonly delta?: true;
  /** It speaks for some certificates only (RFC 5280 §5.2.5). */
  readonly scope?: IssuingDistributionPoint;
  /** Extensions without a field above: the standard's name or the OID. */
  readonly otherExtensions?: readonly string[];
  readonly sha256: Uint8Array;
}

export interface CrlEntryReport {
  readonly serial: string;
  readonly revokedAt: Date;
  /** The RFC's word. */
  readonly reason: string;
  readonly invalidityDate?: Date;
}

const SHOWN: ReadonlySet<string> = new Set([
  OID.authorityKeyIdentifier,
  OID.cRLNumber,
  OID.deltaCRLIndicator,
  OID.issuingDistributionPoint,
]);

/** Throws DerError where an extension cannot be read. */
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

/** The entries in their order, each made when it is asked for. Throws DerError. */
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
