import { EXIT } from '../exit-status.ts';
import { REMEDIES } from '../remedy.ts';
import { quote, row } from '../row.ts';

const NOT_TAINTED = {
  pending: 'it has no certificate yet',
  prepared: 'it has not issued any certificate',
  retired: 'it is no longer in use',
} as const;

/** The errors of `ca taint` and `drill ca-compromise`. */
export const taintErrors = {
  ERR_TAINT_STATE: row<{ id: string; state: keyof typeof NOT_TAINTED }>(
    EXIT.refused,
    p => `${p.id} is ${p.state} and cannot be tainted: ${NOT_TAINTED[p.state]}; nothing was changed`,
    () => [REMEDIES.caUnclear()],
  ),
  ERR_TAINT_REVOKE: row<{ id: string }>(
    EXIT.refused,
    p =>
      `${p.id} is a root, and a CRL cannot revoke a root: verifiers trust it until it leaves their bundle; nothing was changed`,
    p => [REMEDIES.caCompromised({ ca: p.id })],
  ),
  ERR_DRILL_KEEP: row<{ directory: string; home: string }>(
    EXIT.usage,
    p =>
      `the copy cannot be kept in ${quote(p.directory)}: that is inside the home ${quote(p.home)}, which must not change`,
    () => [REMEDIES.compromiseRehearsal()],
  ),
} as const;
