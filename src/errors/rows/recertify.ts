import { EXIT } from '../exit-status.ts';
import { REMEDIES } from '../remedy.ts';
import { quote, row } from '../row.ts';

/** The errors of `ca extend`, `ca cross-sign` and `ca key destroy`. */
export const recertifyErrors = {
  ERR_RECERTIFY_STATE: row<{ id: string; state: string }>(
    EXIT.refused,
    p => `${p.id} is ${p.state}: it can no longer be certified or certify another CA; nothing was changed`,
    () => [REMEDIES.caUnclear()],
  ),
  ERR_ROOT_KEY_UNUSED: row<{ id: string; path: string }>(
    EXIT.usage,
    p => `--root-key ${quote(p.path)} is not needed: the key of ${p.id} is in this home; nothing was changed`,
    () => ['run the command again without --root-key'],
  ),
  ERR_RECERTIFY_BY: row<{ id: string; by: string }>(
    EXIT.usage,
    p => `${p.by} cannot cross-sign ${p.id}: --by must name another root; nothing was changed`,
    () => [REMEDIES.caUnclear()],
  ),
  // `tier`: its chain has CAs that verifiers do not know yet
  ERR_RECERTIFY_PROOF: row<{ id: string; problem: string; tier?: string }>(
    EXIT.refused,
    p => `the proof for the new certificate of ${p.id} failed; nothing was changed`,
    p => [
      ...(p.tier === undefined
        ? []
        : [`if a CA above has a new key: ${REMEDIES.rotationStep({ step: 'prepare', tier: p.tier })}`]),
      REMEDIES.crlDue({ ca: p.id }),
      REMEDIES.crlDoubtful(),
    ],
    p => [p.problem],
  ),
  ERR_KEY_DESTROY_STATE: row<{ id: string; tier: string; state: string; keyLocation: string }>(
    EXIT.refused,
    p =>
      p.keyLocation === 'file'
        ? `${p.id} is ${p.state}: only the key of a retired CA can be destroyed; nothing was changed`
        : `the key of ${p.id} is not in the home: it is ${p.keyLocation}; nothing was changed`,
    p => [p.keyLocation === 'file' ? REMEDIES.rotationUnclear(p) : REMEDIES.caDetails({ ca: p.id })],
  ),
  ERR_KEY_DEBT: row<{ id: string; until: string; crlUntil?: string }>(
    EXIT.refused,
    p =>
      `${p.id} must keep publishing CRLs until ${p.until}, and ${p.crlUntil === undefined ? 'it has no CRL' : `its last CRL expires ${p.crlUntil}`}; its key was not destroyed`,
    p => [REMEDIES.crlOwed({ ca: p.id })],
  ),
} as const;
