import { EXIT } from './exit-status.ts';
import { nearest, quote, row } from './row.ts';

const SHOWN = 10;

/** Which service or authority is meant. */
export const selectionErrors = {
  ERR_SERVICE_UNKNOWN: row<{ text: string; known: readonly string[]; outcome?: string }>(
    EXIT.usage,
    p => `no service ${quote(p.text)} in the manifest${p.outcome === undefined ? '' : `; ${p.outcome}`}`,
    p => {
      const near = nearest(p.text, p.known);
      if (near !== undefined) return [`did you mean: ${near}`];
      if (/^[0-9a-f:]{2,7}$/i.test(p.text)) return ['a serial number? then its first 8 digits or more'];
      if (p.known.length === 0) return ['there are none yet: svcauth issue NAME'];
      const more = p.known.length > SHOWN ? `, and ${p.known.length - SHOWN} more` : '';
      return [`known services: ${p.known.slice(0, SHOWN).join(', ')}${more}`];
    },
  ),
  ERR_AUTHORITY_UNKNOWN: row<{ text: string; known: readonly string[] }>(
    EXIT.usage,
    p => `no authority ${quote(p.text)} in the manifest`,
    p => [`known authorities: ${p.known.join(', ')}`],
  ),
  ERR_AUTHORITY_PENDING: row<{ id: string }>(
    EXIT.usage,
    p => `${p.id} has no certificate yet`,
    () => ['when it is signed: svcauth ca install-cert FILE'],
  ),
};
