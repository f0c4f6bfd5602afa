import { EXIT } from '../exit-status.ts';
import { row } from '../row.ts';

/** Files that `inspect` cannot show. */
export const inspectErrors = {
  ERR_INSPECT: row<{ what: string; reason: string }>(
    EXIT.usage,
    p => `${p.what} cannot be shown: ${p.reason}`,
    () => ['inspect reads certificates, CSRs, CRLs, keys and PKCS#12 as PEM or DER, and JWK Sets as JSON'],
  ),
} as const;
