import { EXIT } from '../exit-status.ts';
import { REMEDIES } from '../remedy.ts';
import { row } from '../row.ts';

const AWAY = {
  offline: {
    message: (id: string) => `the key of ${id} is kept offline and is not in this home`,
    hints: (id: string) => [
      'run the command again with the file of that key: --root-key FILE, or --key FILE for a CRL',
      `for a CRL that is due: ${REMEDIES.crlDue({ ca: id, keyLocation: 'offline' })}`,
    ],
  },
  foreign: {
    message: (id: string) => `the key of ${id} is held elsewhere and was never in this home`,
    hints: (id: string) => [
      `have its holder sign, then import the result: ${REMEDIES.crlDue({ ca: id, keyLocation: 'foreign' })}`,
    ],
  },
  destroyed: {
    message: (id: string) => `the key of ${id} was destroyed when ${id} was retired; it can no longer sign`,
    hints: () => [],
  },
} as const;

/** CA keys that are absent or do not match their certificate. */
export const unlockErrors = {
  ERR_KEY_AWAY: row<{ id: string; keyLocation: 'offline' | 'foreign' | 'destroyed' }>(
    EXIT.secret,
    p => AWAY[p.keyLocation].message(p.id),
    p => AWAY[p.keyLocation].hints(p.id),
  ),
  ERR_KEY_MISMATCH: row<{ what: string; owner: string }>(
    EXIT.integrity,
    p => `${p.what} does not match the certificate of ${p.owner}; nothing was changed`,
    p => [`restore the ca.key of ${p.owner} from a backup`],
  ),
};
