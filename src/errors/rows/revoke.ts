// The errors of revoking certificates: code, exit status, message and hints.
// `revoke` ends with them, by code, through `catalogue.ts`. Nothing is recorded unless every named certificate can be revoked.
import { EXIT } from '../exit-status.ts';
import { REMEDIES } from '../remedy.ts';
import { quote, row } from '../row.ts';

export const revokeErrors = {
  ERR_CERTIFICATE_UNKNOWN: row<{ text: string }>(
    EXIT.usage,
    p => `no certificate ${quote(p.text)} in the manifest; nothing was revoked`,
    () => [REMEDIES.servicesUnknown()],
  ),
  ERR_SERIAL_AMBIGUOUS: row<{ prefix: string; serials: readonly string[] }>(
    EXIT.usage,
    p =>
      `several serial numbers begin with ${quote(p.prefix)}: ${p.serials.join(', ')} and perhaps more; nothing was revoked`,
    () => ['give more digits'],
  ),
  ERR_REVOKE_WHAT: row<Record<string, never>>(
    EXIT.usage,
    () => 'nothing to revoke: name services, SPIFFE IDs or serial numbers',
    () => [REMEDIES.keyLeaked({ service: 'payments' })],
  ),
  ERR_REVOKE_KNOWN: row<{ serial: string; ca?: string }>(
    EXIT.usage,
    p => `${p.serial} is ${p.ca === undefined ? 'in the manifest' : `the certificate of ${p.ca}`}; nothing was revoked`,
    p => [p.ca === undefined ? REMEDIES.revocable({ text: p.serial }) : REMEDIES.caRevocable({ ca: p.ca })],
  ),
  ERR_REVOKE_UNKNOWN_CA: row<Record<string, never>>(
    EXIT.usage,
    () =>
      '--unknown, --ca and --not-after go together: --ca says who issued what the manifest does not know; nothing was revoked',
    () => [REMEDIES.unknownCertificate({ ca: 'issuing-g1' })],
  ),
  ERR_REVOKE_ONE: row<{ text: string; flag: string }>(
    EXIT.usage,
    p =>
      `${p.flag} is for services and SPIFFE IDs, and the serial number ${quote(p.text)} is one certificate's; nothing was revoked`,
    p => [`that certificate: ${REMEDIES.revocable(p)}`],
  ),
  ERR_REVOKE_NOTHING: row<{ text: string; expired?: string; others: number }>(
    EXIT.usage,
    p =>
      p.expired === undefined
        ? `${quote(p.text)} has no current certificate to revoke; nothing was revoked`
        : `${quote(p.text)} expired at ${p.expired}: nobody accepts it any more; nothing was revoked`,
    p => (p.others === 0 ? [] : [`everything of it that is still valid: ${REMEDIES.revocableAll(p)}`]),
  ),
  ERR_REVOKE_NO_PREVIOUS: row<{ text: string }>(
    EXIT.usage,
    p => `${quote(p.text)} has no previous certificate that is still valid; nothing was revoked`,
    p => [`its current one: ${REMEDIES.revocable(p)}`],
  ),
  ERR_REVOKE_UNHEARD: row<{ problem: string }>(
    EXIT.partial,
    p => `${p.problem}; what was revoked is recorded, but verifiers may still read a CRL that does not say so`,
    () => ['when that is put right, run the same command again'],
  ),
  ERR_REVOKE_FUTURE: row<{ invalidityDate: string }>(
    EXIT.usage,
    p => `an invalidity date says when a key was lost, and ${p.invalidityDate} is still to come; nothing was revoked`,
  ),
};
