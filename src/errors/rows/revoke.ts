// The errors of revoking certificates: code, exit status, message and hints.
// `revoke` reports them, by code, through `catalogue.ts`. Nothing is recorded unless every named certificate can be revoked.
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
      `${quote(p.prefix)} is the beginning of several serial numbers, among them ${p.serials.join(' and ')}; nothing was revoked`,
    () => ['give more digits of the serial number'],
  ),
  ERR_REVOKE_WHAT: row<Record<string, never>>(
    EXIT.usage,
    () => 'no certificate named: give service names, SPIFFE IDs or serial numbers',
    () => [REMEDIES.keyLeaked({ service: 'payments' })],
  ),
  ERR_REVOKE_KNOWN: row<{ serial: string; ca?: string }>(
    EXIT.usage,
    p =>
      `--unknown does not apply to ${p.serial}: ${p.ca === undefined ? 'the manifest has this certificate' : `it is the certificate of ${p.ca}`}; nothing was revoked`,
    p => [p.ca === undefined ? REMEDIES.revocable({ text: p.serial }) : REMEDIES.caRevocable({ ca: p.ca })],
  ),
  ERR_REVOKE_UNKNOWN_CA: row<Record<string, never>>(
    EXIT.usage,
    () => '--unknown needs --ca, and --ca and --not-after need --unknown; nothing was revoked',
    () => [REMEDIES.unknownCertificate({ ca: 'issuing-g1' })],
  ),
  ERR_REVOKE_ONE: row<{ text: string; flag: string }>(
    EXIT.usage,
    p => `${p.flag} applies to services and SPIFFE IDs, but ${quote(p.text)} is a serial number; nothing was revoked`,
    p => [REMEDIES.revocable(p)],
  ),
  ERR_REVOKE_NOTHING: row<{ text: string; expired?: string; others: number }>(
    EXIT.usage,
    p =>
      p.expired === undefined
        ? `${quote(p.text)} has no current certificate; nothing was revoked`
        : `${quote(p.text)} expired at ${p.expired}, so verifiers already reject it; nothing was revoked`,
    p => (p.others === 0 ? [] : [`revoke all its certificates that have not expired: ${REMEDIES.revocableAll(p)}`]),
  ),
  ERR_REVOKE_NO_PREVIOUS: row<{ text: string }>(
    EXIT.usage,
    p => `${quote(p.text)} has no previous certificate that is still valid; nothing was revoked`,
    p => [`revoke its current certificate: ${REMEDIES.revocable(p)}`],
  ),
  ERR_REVOKE_UNHEARD: row<{ problem: string }>(
    EXIT.partial,
    p => `${p.problem}; the revocation is recorded, but verifiers may still have a CRL that does not list it`,
    () => ['fix the cause, then run the same command again'],
  ),
  ERR_REVOKE_FUTURE: row<{ invalidityDate: string }>(
    EXIT.usage,
    p => `the invalidity date ${p.invalidityDate} is in the future; nothing was revoked`,
  ),
};
