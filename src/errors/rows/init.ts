import { EXIT } from '../exit-status.ts';
import { REMEDIES } from '../remedy.ts';
import { quote, row } from '../row.ts';
import type { BadValue } from './values.ts';

/** Making a PKI. */
export const initErrors = {
  ERR_CA_NAME: row<BadValue>(EXIT.usage, p => `${quote(p.text)} cannot be the name of a CA: ${p.reason}`),
  ERR_CRL_URL: row<BadValue>(
    EXIT.usage,
    p => `${quote(p.text)} is not an address to serve CRLs at: ${p.reason}`,
    p => (p.hint === undefined ? [] : [p.hint]),
  ),
  ERR_ROOT_KEY_OUT: row<{ path: string; reason: string; found: boolean }>(
    EXIT.usage,
    p => `the root key cannot go to ${quote(p.path)}: ${p.reason}; nothing was made`,
    p => [
      'name a file that does not exist yet, in a directory that does: --root-key-out /media/usb/root.key',
      ...(p.found ? ['if an interrupted "ca init" for this home left it, no PKI uses it: it can be removed'] : []),
    ],
  ),
  ERR_FLAG_NEEDS: row<{ flag: string; needs: string }>(EXIT.usage, p => `${p.flag} needs ${p.needs} beside it`),
  ERR_LIFETIMES: row<{ issuing: string; root: string }>(
    EXIT.usage,
    p => `an issuing CA of ${quote(p.issuing)} would outlive its root of ${quote(p.root)}`,
    () => ['a usual pair is --root-lifetime 10y --issuing-lifetime 1y'],
  ),
  ERR_ROOT_UNSUITABLE: row<{ path: string; reason: string }>(
    EXIT.usage,
    p => `${quote(p.path)} cannot be the root: ${p.reason}; nothing was changed`,
    p => [`look at it: ${REMEDIES.fileUnclear(p)}`],
  ),
  ERR_NOTHING_PENDING: row<Record<string, never>>(
    EXIT.usage,
    () => 'no CA here waits for a certificate; nothing was changed',
    () => [REMEDIES.caUnclear()],
  ),
  ERR_CERT_UNSUITABLE: row<{ path: string; reason: string }>(
    EXIT.usage,
    p => `${quote(p.path)} cannot be installed: ${p.reason}; nothing was changed`,
    p => [`look at it: ${REMEDIES.fileUnclear(p)}`],
  ),
};
