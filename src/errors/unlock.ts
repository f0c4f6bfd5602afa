import { EXIT } from './exit-status.ts';
import { row } from './row.ts';

/** CA keys that are not where they are needed. */
export const unlockErrors = {
  ERR_KEY_AWAY: row<{ id: string; keyLocation: 'offline' | 'foreign' }>(
    EXIT.secret,
    p =>
      p.keyLocation === 'offline'
        ? `the key of ${p.id} is kept offline: it is not in this home`
        : `the key of ${p.id} was never here: somebody else holds it`,
    p =>
      p.keyLocation === 'offline'
        ? [`bring it for one run: svcauth crl refresh --ca ${p.id} --key FILE`]
        : ['have its holder sign, and take the result in: svcauth crl import FILE'],
  ),
  ERR_KEY_MISMATCH: row<{ what: string; owner: string }>(
    EXIT.integrity,
    p => `${p.what} is another one than its certificate has: the public keys differ; nothing was changed`,
    p => [`restore the ca.key of ${p.owner} from a back-up`],
  ),
};
