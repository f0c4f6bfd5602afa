import { EXIT } from '../exit-status.ts';
import { REMEDIES } from '../remedy.ts';
import { row } from '../row.ts';

/** Files of certificates and CRLs that somebody wants to work with; what is found out about them is an answer and no error. */
export const certificateInputErrors = {
  ERR_CERTIFICATE_INPUT: row<{ file: string; reason: string }>(
    EXIT.usage,
    p => `${p.file} cannot be used: ${p.reason}`,
    () => [
      `certificates and CRLs may be PEM or DER, anchors a SPIFFE bundle as well; see what it holds: ${REMEDIES.fileUnclear({})}`,
    ],
  ),
} as const;
