import type { Manifest } from '../../store/manifest/manifest.ts';
import type { AuthorityRow } from '../rules/status.ts';

/** Returns every CA with its newest CRL and its presigned CRLs. */
export const authorityRows = (manifest: Manifest): readonly AuthorityRow[] =>
  manifest.authorities().map(authority => {
    const crl = manifest.latestCrl(authority.id);
    const series = manifest.presignedCrls(authority.id);
    return { authority, ...(crl && { crl }), ...(series.length > 0 && { series }) };
  });
