import type { CrlEntryReport } from '../../pki/report/crl-report.ts';
import type { Manifest } from '../../store/manifest/manifest.ts';

/** What a CRL of this CA must list at `now`: everybody revoked whose certificate has not expired, in the order of serials. */
export function* expectedEntries(manifest: Manifest, authorityId: string, now: Date): Generator<CrlEntryReport> {
  for (const { serial, revokedAt, reason, invalidityDate, notAfter } of manifest.revocations(authorityId)) {
    if (notAfter >= now) yield { serial, revokedAt, reason, ...(invalidityDate && { invalidityDate }) };
  }
}
