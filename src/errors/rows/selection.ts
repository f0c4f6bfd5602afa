import { EXIT } from '../exit-status.ts';
import { REMEDIES } from '../remedy.ts';
import { nearest, quote, row } from '../row.ts';

const SHOWN = 10;

/** Names of services, certificates and CAs that the manifest does not have. */
export const selectionErrors = {
  ERR_SERVICE_UNKNOWN: row<{ text: string; known: readonly string[]; outcome?: string }>(
    EXIT.usage,
    p => `no service ${quote(p.text)} in the manifest${p.outcome === undefined ? '' : `; ${p.outcome}`}`,
    p => {
      const near = nearest(p.text, p.known);
      if (near !== undefined) return [`did you mean: ${near}`];
      if (/^[0-9a-f:]{2,7}$/i.test(p.text)) return ['for a serial number give its first 8 digits or more'];
      if (p.known.length === 0)
        return [`there are no services yet: ${REMEDIES.certificateMissing({ service: 'NAME' })}`];
      const more = p.known.length > SHOWN ? `, and ${p.known.length - SHOWN} more` : '';
      return [`known services: ${p.known.slice(0, SHOWN).join(', ')}${more}`];
    },
  ),
  ERR_WHO_UNKNOWN: row<{ text: string; isFile: boolean; known: readonly string[] }>(
    EXIT.usage,
    p =>
      p.isFile
        ? `the certificate in ${quote(p.text)} is not in the manifest`
        : `no certificate or CA in the manifest matches ${quote(p.text)}`,
    p => {
      if (p.isFile) return [`this PKI did not issue it; show it: ${REMEDIES.fileUnclear({})}`];
      const near = nearest(p.text, p.known);
      return [
        ...(near === undefined ? [] : [`did you mean: ${near}`]),
        'who takes a serial number (8 digits or more), a SHA-256 fingerprint, a key ID, an x5t#S256, a SPIFFE ID, a service, a CA or a file',
      ];
    },
  ),
  ERR_AUTHORITY_UNKNOWN: row<{ text: string; known: readonly string[] }>(
    EXIT.usage,
    p => `no CA ${quote(p.text)} in the manifest`,
    p => [`known CAs: ${p.known.join(', ')}`],
  ),
  ERR_AUTHORITY_PENDING: row<{ id: string }>(
    EXIT.usage,
    p => `${p.id} has no certificate yet`,
    () => [`when it is signed, install it: ${REMEDIES.caPending()}`],
  ),
};
