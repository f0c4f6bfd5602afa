import { EXIT } from '../exit-status.ts';
import { REMEDIES } from '../remedy.ts';
import { nearest, quote, row, shell } from '../row.ts';

const SHOWN = 10;

/** Errors of a renewal. Each concerns one service, which keeps its certificate and files. */
export const renewErrors = {
  ERR_RENEW_CSR: row<{ service: string }>(
    EXIT.partial,
    p => `${quote(p.service)} is due but was issued from a CSR, so a new CSR is needed; it is not renewed`,
    p => [`with a CSR made on its host: ${REMEDIES.requestNeeded(p)}`],
  ),
  ERR_RENEW_REVOKED: row<{ service: string; reason: string }>(
    EXIT.partial,
    p => `the certificate of ${quote(p.service)} is revoked (${p.reason}); it is not renewed`,
    p => [`to put it back into service: ${REMEDIES.certificateMissing(p)}`],
  ),
  ERR_RENEW_EXPIRED: row<{ service: string; notAfter: string }>(
    EXIT.partial,
    p => `${quote(p.service)} expired at ${p.notAfter}, longer ago than --allow-expired allows; it is not renewed`,
    p => [`to renew it anyway: ${REMEDIES.renewalDue(p)}`],
  ),
  ERR_RENEW_FORCE_WHAT: row<Record<string, never>>(
    EXIT.usage,
    () => '--force needs service names; nothing was renewed',
    () => [
      `for one service: ${REMEDIES.renewalForced({ service: 'payments' })}`,
      `for all services: ${REMEDIES.everyRenewalForced()}`,
    ],
  ),
  ERR_KEY_LOST: row<{ service: string; path: string }>(
    EXIT.partial,
    p => `the key of ${quote(p.service)} cannot be reused: ${quote(p.path)} does not contain it`,
    p => [`with a new key: ${REMEDIES.renewalDue(p)}`],
  ),
  ERR_KEY_COMPROMISED: row<{ service: string; serial: string }>(
    EXIT.refused,
    p =>
      `the key of ${quote(p.service)} cannot be reused: certificate ${p.serial} with the same key is revoked (keyCompromise)`,
    p => [`with a new key: ${REMEDIES.renewalDue(p)}`],
  ),
  ERR_TAG_UNKNOWN: row<{ tags: readonly string[]; known: readonly string[] }>(
    EXIT.usage,
    p => `no service has ${p.tags.length === 1 ? 'the tag' : 'all the tags'} ${p.tags.map(quote).join(', ')}`,
    p => {
      if (p.known.length === 0) return [`no service has a tag yet; for a new service: ${REMEDIES.tagMissing()}`];
      const near = p.tags.length === 1 ? nearest(p.tags[0]!, p.known) : undefined;
      if (near !== undefined) return [`did you mean: --tag ${shell(near)}`];
      return [`known tags: ${p.known.slice(0, SHOWN).join(', ')}${p.known.length > SHOWN ? ', …' : ''}`];
    },
  ),
} as const;
