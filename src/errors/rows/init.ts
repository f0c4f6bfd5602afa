import { EXIT } from '../exit-status.ts';
import { REMEDIES } from '../remedy.ts';
import { quote, row } from '../row.ts';
import type { BadValue } from './values.ts';

/** Errors of creating a PKI. */
export const initErrors = {
  ERR_CA_NAME: row<BadValue>(EXIT.usage, p => `${quote(p.text)} cannot be the name of a CA: ${p.reason}`),
  ERR_CRL_URL: row<BadValue>(
    EXIT.usage,
    p => `${quote(p.text)} is not a URL for CRLs: ${p.reason}`,
    p => (p.hint === undefined ? [] : [p.hint]),
  ),
  ERR_ROOT_KEY_OUT: row<{ path: string; reason: string; found: boolean }>(
    EXIT.usage,
    p => `the root key cannot be written to ${quote(p.path)}: ${p.reason}; nothing was created`,
    p => [
      'choose a new file in an existing directory: --root-key-out /media/usb/root.key',
      ...(p.found
        ? ['if an interrupted "svcauth ca init" for this home left the file, no PKI uses it and you can remove it']
        : []),
    ],
  ),
  ERR_FLAG_NEEDS: row<{ flag: string; needs: string }>(EXIT.usage, p => `${p.flag} requires ${p.needs}`),
  ERR_LIFETIMES: row<{ issuing: string; root: string }>(
    EXIT.usage,
    p => `an issuing CA with lifetime ${quote(p.issuing)} would outlive its root with lifetime ${quote(p.root)}`,
    () => ['use for example: --root-lifetime 10y --issuing-lifetime 1y'],
  ),
  ERR_ROOT_UNSUITABLE: row<{ path: string; reason: string }>(
    EXIT.usage,
    p => `${quote(p.path)} cannot be used as the root: ${p.reason}; nothing was changed`,
    p => [REMEDIES.fileUnclear(p)],
  ),
  ERR_NOTHING_PENDING: row<Record<string, never>>(
    EXIT.usage,
    () => 'no CA waits for a certificate; nothing was changed',
    () => [REMEDIES.caUnclear()],
  ),
  ERR_CERT_TOO_SHORT: row<{ path: string; reason: string; lifetime?: string }>(
    EXIT.refused,
    p => `${quote(p.path)} does not live long enough: ${p.reason}; nothing was changed`,
    p => [
      `request a certificate ${p.lifetime === undefined ? 'with a longer lifetime' : `of ${p.lifetime} or more`} from its issuer, then install that`,
      REMEDIES.successorPending(),
    ],
  ),
  ERR_CERT_UNSUITABLE: row<{ path: string; reason: string }>(
    EXIT.usage,
    p => `${quote(p.path)} cannot be installed: ${p.reason}; nothing was changed`,
    p => [REMEDIES.fileUnclear(p)],
  ),
};
