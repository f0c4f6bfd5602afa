import { EXIT } from '../exit-status.ts';
import { REMEDIES } from '../remedy.ts';
import { row } from '../row.ts';

/** One more certificate for the key of a CA. */
export const recertifyErrors = {
  ERR_RECERTIFY_STATE: row<{ id: string; state: string }>(
    EXIT.refused,
    p => `${p.id} is ${p.state}: it is certified by nobody any more, and certifies nobody; nothing was changed`,
    () => [REMEDIES.caUnclear()],
  ),
  ERR_RECERTIFY_BY: row<{ id: string; by: string }>(
    EXIT.usage,
    p => `${p.by} cannot cross-sign ${p.id}: another root does; nothing was changed`,
    () => [REMEDIES.caUnclear()],
  ),
  ERR_RECERTIFY_PROOF: row<{ id: string; problem: string }>(
    EXIT.refused,
    p => `with the new certificate of ${p.id} somebody would be refused; nothing was changed`,
    p => [REMEDIES.crlDue({ ca: p.id }), REMEDIES.crlDoubtful()],
    p => [p.problem],
  ),
  ERR_KEY_DESTROY_STATE: row<{ id: string; state: string; keyLocation: string }>(
    EXIT.refused,
    p =>
      p.keyLocation === 'file'
        ? `${p.id} is ${p.state}: its key is destroyed when it is retired, and not before; nothing was changed`
        : `the key of ${p.id} is not here: it is ${p.keyLocation}; nothing was changed`,
    p => [p.keyLocation === 'file' ? REMEDIES.rotationUnclear({ tier: 'issuing' }) : REMEDIES.caDetails({ ca: p.id })],
  ),
  ERR_KEY_DEBT: row<{ id: string; until: string; crlUntil: string }>(
    EXIT.refused,
    p =>
      `${p.id} still owes CRLs: somebody may ask for one until ${p.until}, and its last one ends ${p.crlUntil}; its key was not destroyed`,
    p => [REMEDIES.crlOwed({ ca: p.id })],
  ),
} as const;
