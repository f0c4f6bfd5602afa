import { EXIT } from '../exit-status.ts';
import { REMEDIES } from '../remedy.ts';
import { row } from '../row.ts';

/** Files of certificates and CRLs that a command cannot read. A finding about their content is output and not an error. */
export const certificateInputErrors = {
  ERR_CERTIFICATE_INPUT: row<{ file: string; reason: string }>(
    EXIT.usage,
    p => `${p.file} cannot be used: ${p.reason}`,
    () => [
      `certificates and CRLs are PEM or DER; trust anchors may be a SPIFFE bundle; show the file: ${REMEDIES.fileUnclear({})}`,
    ],
  ),
} as const;
