import { EXIT } from '../exit-status.ts';
import { REMEDIES } from '../remedy.ts';
import { nearest, quote, row, shell } from '../row.ts';

const SHOWN = 10;

/** Renewing: each about one service, which has what it had. */
export const renewErrors = {
  ERR_RENEW_CSR: row<{ service: string }>(
    EXIT.partial,
    p => `${quote(p.service)} is due, and its key is on its own host: it is not renewed here`,
    p => [`bring a request from there: ${REMEDIES.requestNeeded(p)}`],
  ),
  ERR_RENEW_REVOKED: row<{ service: string; reason: string }>(
    EXIT.partial,
    p => `${quote(p.service)} was taken out of service: its certificate is revoked for ${p.reason}; it is not renewed`,
    p => [`to put it into service again: ${REMEDIES.certificateMissing(p)}`],
  ),
  ERR_RENEW_EXPIRED: row<{ service: string; notAfter: string }>(
    EXIT.partial,
    p => `${quote(p.service)} expired at ${p.notAfter}, longer ago than --allow-expired allows: it is not renewed`,
    p => [`to renew it all the same: ${REMEDIES.renewalDue(p)}`],
  ),
  ERR_RENEW_FORCE_WHAT: row<Record<string, never>>(
    EXIT.usage,
    () => 'which services to renew although they are not due is not said; nothing was renewed',
    () => [
      `name them: ${REMEDIES.renewalForced({ service: 'payments' })}`,
      `every one of them: ${REMEDIES.everyRenewalForced()}`,
    ],
  ),
  ERR_KEY_LOST: row<{ service: string; path: string }>(
    EXIT.partial,
    p => `the key of ${quote(p.service)} cannot be certified again: it is not in ${quote(p.path)}`,
    p => [`with a new key: ${REMEDIES.renewalDue(p)}`],
  ),
  ERR_KEY_COMPROMISED: row<{ service: string; serial: string }>(
    EXIT.refused,
    p =>
      `the key of ${quote(p.service)} is not certified again: ${p.serial} with the same key is revoked for keyCompromise`,
    p => [`with a new key: ${REMEDIES.renewalDue(p)}`],
  ),
  ERR_TAG_UNKNOWN: row<{ tags: readonly string[]; known: readonly string[] }>(
    EXIT.usage,
    p => `no service has ${p.tags.length === 1 ? 'the tag' : 'all the tags'} ${p.tags.map(quote).join(', ')}`,
    p => {
      if (p.known.length === 0) return [`no service has any: ${REMEDIES.tagMissing()}`];
      const near = p.tags.length === 1 ? nearest(p.tags[0]!, p.known) : undefined;
      if (near !== undefined) return [`did you mean: --tag ${shell(near)}`];
      return [`known tags: ${p.known.slice(0, SHOWN).join(', ')}${p.known.length > SHOWN ? ', …' : ''}`];
    },
  ),
} as const;
