import type { ForecastEvent, Refusal } from '../rules/forecast-event.ts';
import { REMEDIES } from '../../errors/remedy.ts';
import { describeFinding, type FindingText } from './finding.ts';
import { formatInstant } from '../../view/json.ts';
import { plural } from '../../text/plural.ts';

type Describe = (event: ForecastEvent) => FindingText;

const REFUSALS: Readonly<Record<Refusal, Describe>> = {
  'no-issuer': () => ({ message: 'cannot be renewed: no CA can issue', remedy: REMEDIES.caUnclear() }),
  'issuer-key-away': () => ({
    message: 'cannot be renewed: the key of the issuing CA is not in the home',
    remedy: REMEDIES.caUnclear(),
  }),
  csr: ({ subject }) => ({
    message: 'cannot be renewed without a new CSR: its key is on its own host',
    remedy: REMEDIES.requestNeeded({ service: subject }),
  }),
  'ttl-share': ({ subject }) => ({
    message: "cannot be renewed: its lifetime is more than a sixth of its CA's lifetime",
    remedy: REMEDIES.lifetimeTooLong({ service: subject }),
  }),
  'outlives-issuer': ({ subject }) => ({
    message: 'cannot be renewed: it would outlive its CA',
    remedy: REMEDIES.renewalOutlivesIssuer({ service: subject }),
  }),
};

/** `expires`: "expires" or "expired". `services`: such as "2 services"; undefined if no valid certificate depends on the CA. */
type Message = (expires: string, services: string | undefined) => string;

const MESSAGES: Readonly<Record<Exclude<ForecastEvent['name'], 'renewal-refused'>, Message>> = {
  'certificate-expired': expires => `certificate ${expires}`,
  'certificate-not-yet-valid': () => 'certificate begins in the future; verifiers reject it',
  'ca-not-yet-valid': (_, services) =>
    `CA begins in the future${services ? `; verifiers reject the certificates of ${services}` : ''}`,
  'crl-not-yet-valid': (_, services) => `CRL begins in the future${rejection(services)}`,
  'ca-expired': (expires, services) =>
    `CA ${expires}${services ? `, and with it the certificates of ${services}` : ''}`,
  'crl-stale': (expires, services) => `CRL ${expires}${rejection(services)}`,
  'crl-missing': (_, services) => `no CRL${rejection(services)}`,
};

const rejection = (services: string | undefined): string =>
  services === undefined ? '' : `; verifiers that check revocation reject ${services}`;

/** Describes an event of the forecast, with a remedy unless a scheduled run is one. */
export function describeForecast(event: ForecastEvent, now: Date): FindingText {
  const { name, repairedAt, refusal } = event;
  if (name === 'renewal-refused') return REFUSALS[refusal!](event);
  const { at, services = 0 } = event;
  const message = MESSAGES[name](
    at < now ? 'expired' : 'expires',
    services === 0 ? undefined : plural(services, 'service'),
  );
  if (refusal !== undefined) return { ...REFUSALS[refusal](event), message };
  if (repairedAt !== undefined) return { message: `${message}, until the run at ${formatInstant(repairedAt)}` };
  const { remedy } = describeFinding({ ...event, name, severity: 'critical', deadline: event.at }, now);
  return { message, ...(remedy !== undefined && { remedy }) };
}
