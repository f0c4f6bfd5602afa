import { EXIT } from '../exit-status.ts';
import { REMEDIES } from '../remedy.ts';
import { row } from '../row.ts';

const AWAY = {
  offline: {
    message: (id: string) => `the key of ${id} is kept offline: it is not in this home`,
    hints: (id: string) => [`bring it for one run: ${REMEDIES.crlDue({ ca: id, keyLocation: 'offline' })}`],
  },
  foreign: {
    message: (id: string) => `the key of ${id} was never here: somebody else holds it`,
    hints: (id: string) => [
      `have its holder sign, and take the result in: ${REMEDIES.crlDue({ ca: id, keyLocation: 'foreign' })}`,
    ],
  },
  destroyed: {
    message: (id: string) => `the key of ${id} was destroyed when it was retired: it signs nothing any more`,
    hints: () => [],
  },
} as const;

/** CA keys that are not where they are needed. */
export const unlockErrors = {
  ERR_KEY_AWAY: row<{ id: string; keyLocation: 'offline' | 'foreign' | 'destroyed' }>(
    EXIT.secret,
    p => AWAY[p.keyLocation].message(p.id),
    p => AWAY[p.keyLocation].hints(p.id),
  ),
  ERR_KEY_MISMATCH: row<{ what: string; owner: string }>(
    EXIT.integrity,
    p => `${p.what} is another one than its certificate has: the public keys differ; nothing was changed`,
    p => [`restore the ca.key of ${p.owner} from a back-up`],
  ),
};
