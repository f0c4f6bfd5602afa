import { EXIT } from '../exit-status.ts';
import { REMEDIES } from '../remedy.ts';
import { quote, row } from '../row.ts';

const NOT_TAINTED = {
  pending: 'nobody has certified it',
  prepared: 'it has signed nothing that anybody has',
  retired: 'nobody trusts it any more',
} as const;

/** A CA whose key somebody else may have. */
export const taintErrors = {
  ERR_TAINT_STATE: row<{ id: string; state: keyof typeof NOT_TAINTED }>(
    EXIT.refused,
    p => `${p.id} is ${p.state}, and cannot be tainted: ${NOT_TAINTED[p.state]}; nothing was changed`,
    () => [REMEDIES.caUnclear()],
  ),
  ERR_TAINT_REVOKE: row<{ id: string }>(
    EXIT.refused,
    p =>
      `${p.id} is a root, and no CRL revokes a root: verifiers stop trusting it when it leaves their bundle; nothing was changed`,
    p => [REMEDIES.caCompromised({ ca: p.id })],
  ),
  ERR_DRILL_KEEP: row<{ directory: string; home: string }>(
    EXIT.usage,
    p =>
      `the copy cannot be kept in ${quote(p.directory)}: that lies in the home ${quote(p.home)}, which stays as it is`,
    () => [REMEDIES.compromiseRehearsal()],
  ),
} as const;
