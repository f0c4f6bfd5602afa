// Converts rows of the manifest to the types of `record/` and back: dates, serial numbers, canonical JSON.
// The tables of this folder call it. It trusts stored values and checks none, except that it still reads a damaged audit record.
import type { KeyAlgorithmName } from '../../pki/key/algorithm.ts';
import type { CrlReason } from '../../pki/crl/revocation-reason.ts';
import type { AuditAction, AuditRecord } from '../../record/audit.ts';
import type { Authority, AuthorityState } from '../../record/authority.ts';
import type { Certificate, CertificateState } from '../../record/certificate.ts';
import type { Crl } from '../../record/crl.ts';
import type { Deployment } from '../../record/deployment.ts';
import type { Revocation } from '../../record/revocation.ts';
import type { Service, ServiceSpec } from '../../record/service.ts';
import type { TrustBundleRecord } from '../../record/trust-bundle.ts';
import type { Upkeep } from '../../record/upkeep.ts';
import { toHex } from '../../pki/bytes.ts';
import { serialFromHex } from '../../pki/certificate/serial-number.ts';
import type { Encoding } from './manifest.ts';
import type { SqlRow } from './sqlite.ts';

export const toSeconds = (date: Date): number => Math.floor(date.getTime() / 1000);
export const toDate = (seconds: SqlRow[string] | undefined): Date => new Date(Number(seconds) * 1000);
export const toSerial = serialFromHex;

/** Returns a date under its name, or an empty object where the column is NULL. */
export const optionalDate = <N extends string>(
  name: N,
  seconds: SqlRow[string] | undefined,
): { readonly [name in N]?: Date } =>
  (seconds === null ? {} : { [name]: toDate(seconds) }) as { readonly [name in N]?: Date };

/** Returns a plain view of an octet string. */
export function bytesOf(value: SqlRow[string] | undefined): Uint8Array {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  const { buffer, byteOffset, length } = value as Uint8Array;
  return new Uint8Array(buffer, byteOffset, length);
}

/** Converts a SHA-256 or a serial to hex, which the types use; the file holds octets. */
export const hexOf = (value: SqlRow[string] | undefined): string => toHex(bytesOf(value));

/** Writes JSON with the keys of every object in order: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}

/** Reads a CA. The row needs the columns of `authorities`, `published_at` of the rotation that made the CA, and `revoked_at`. */
export const toAuthority = (row: SqlRow): Authority => ({
  id: row.id as string,
  tier: (row.role ?? row.tier) as Authority['tier'],
  generation: row.generation as number,
  state: row.state as AuthorityState,
  keyAlgorithm: row.key_algorithm as KeyAlgorithmName,
  keyLocation: row.key_location as Authority['keyLocation'],
  ...(row.der === null
    ? {}
    : {
        certificate: {
          der: bytesOf(row.der),
          serial: hexOf(row.serial),
          issuerId: row.issuer_id as string,
          notBefore: toDate(row.not_before),
          notAfter: toDate(row.not_after),
        },
      }),
  createdAt: toDate(row.created_at),
  ...optionalDate('publishedAt', row.published_at),
  ...optionalDate('revokedAt', row.revoked_at),
});

export const toService = (row: SqlRow): Service => ({
  name: row.name as string,
  spec: JSON.parse(row.spec as string) as ServiceSpec,
  ...(row.upkeep === null ? {} : { upkeep: JSON.parse(row.upkeep as string) as Upkeep }),
  ...(row.current_serial === null ? {} : { currentSerial: hexOf(row.current_serial) }),
});

export const toEncoding = (row: SqlRow): Encoding => ({
  serial: hexOf(row.serial),
  service: row.service as string,
  der: bytesOf(row.der),
});

/** Reads a certificate. The row needs the columns of `certificates` and `der` of `encodings`. */
export const toCertificate = (row: SqlRow): Certificate => ({
  serial: hexOf(row.serial),
  authorityId: row.authority_id as string,
  service: row.service as string,
  state: row.state as CertificateState,
  spiffeId: row.spiffe_id as string,
  notBefore: toDate(row.not_before),
  notAfter: toDate(row.not_after),
  tbsSha256: hexOf(row.tbs_sha256),
  ...(row.der === null ? {} : { der: bytesOf(row.der) }),
  keySource: row.key_source as Certificate['keySource'],
  issuedAt: toDate(row.issued_at),
});

export const toDeployment = (row: SqlRow): Deployment => ({
  service: row.service as string,
  serial: hexOf(row.serial),
  directory: row.directory as string,
  state: row.state as Deployment['state'],
  updatedAt: toDate(row.updated_at),
  ...(row.deployed_serial === null ? {} : { deployedSerial: hexOf(row.deployed_serial) }),
  ...(row.attempts === 0 ? {} : { attempts: row.attempts as number }),
  ...(row.problem === null ? {} : { problem: row.problem as string }),
  ...(row.hook_failed === 1 && { hookFailed: true }),
  ...(row.loaded_state !== null && { loadedState: Number(row.loaded_state) }),
  ...(row.trust_only === 1 && { trustOnly: true }),
  ...optionalDate('claimedUntil', row.claimed_until),
  revision: Number(row.revision),
});

export const toCrl = (row: SqlRow): Crl => ({
  authorityId: row.authority_id as string,
  number: BigInt(row.number as string),
  thisUpdate: toDate(row.this_update),
  nextUpdate: toDate(row.next_update),
  entryCount: row.entry_count as number,
  sha256: hexOf(row.sha256),
});

export const toTrustBundle = (row: SqlRow): TrustBundleRecord => ({
  sequence: row.sequence as number,
  sha256: hexOf(row.sha256),
  writtenAt: toDate(row.written_at),
});

export const toRevocation = (row: SqlRow): Revocation => ({
  serial: hexOf(row.serial),
  authorityId: row.authority_id as string,
  revokedAt: toDate(row.revoked_at),
  reason: row.reason as CrlReason,
  ...(row.invalidity_date === null ? {} : { invalidityDate: toDate(row.invalidity_date) }),
  notAfter: toDate(row.not_after),
});

// a record that was tampered with may be unreadable; it then differs from the record that was written
const AUDIT_TIMES = { from: 0, to: Date.UTC(9999, 11, 31) / 1000 } as const;
const readableTime = (seconds: number) => toDate(Math.min(Math.max(seconds, AUDIT_TIMES.from), AUDIT_TIMES.to));

function readableDetail(text: string): Readonly<Record<string, string>> {
  try {
    const detail: unknown = JSON.parse(text);
    return typeof detail === 'object' && detail !== null ? (detail as Record<string, string>) : { unreadable: text };
  } catch {
    return { unreadable: text };
  }
}

export const toAuditRecord = (row: SqlRow): AuditRecord => ({
  sequence: row.sequence as number,
  at: readableTime(row.at as number),
  actor: row.actor as string,
  action: row.action as AuditAction,
  subject: row.subject as string,
  detail: readableDetail(row.detail as string),
  previousHash: hexOf(row.previous_hash),
  hash: hexOf(row.hash),
});
