import type { CrlEntryReport } from '../../pki/report/crl-report.ts';
import type { Manifest } from '../../store/manifest/manifest.ts';

/** Yields the entries that a CRL of this CA must have at `now`: revoked certificates that have not expired, by serial. */
export function* expectedEntries(manifest: Manifest, authorityId: string, now: Date): Generator<CrlEntryReport> {
  for (const { serial, revokedAt, reason, invalidityDate, notAfter } of manifest.revocations(authorityId)) {
    if (notAfter >= now) yield { serial, revokedAt, reason, ...(invalidityDate && { invalidityDate }) };
  }
}
