import type { ForecastEvent, Refusal } from '../rules/forecast-event.ts';
import { REMEDIES } from '../../errors/remedy.ts';
import { describeFinding, type FindingText } from './finding.ts';
import { formatInstant } from '../../view/json.ts';
import { plural } from '../../text/plural.ts';

type Describe = (event: ForecastEvent) => FindingText;

const REFUSALS: Readonly<Record<Refusal, Describe>> = {
  'no-issuer': () => ({ message: 'no CA here can renew it', remedy: REMEDIES.caUnclear() }),
  'issuer-key-away': () => ({
    message: 'it is not renewed: the key of the CA that issues is not here',
    remedy: REMEDIES.caUnclear(),
  }),
  csr: ({ subject }) => ({
    message: 'it is not renewed: that takes a new request from where its key is',
    remedy: REMEDIES.requestNeeded({ service: subject }),
  }),
  'ttl-share': ({ subject }) => ({
    message: 'it is not renewed: its lifetime is more than a sixth of that of its CA',
    remedy: REMEDIES.lifetimeTooLong({ service: subject }),
  }),
  'outlives-issuer': ({ subject }) => ({
    message: 'it is not renewed: it would outlive its CA',
    remedy: REMEDIES.renewalOutlivesIssuer({ service: subject }),
  }),
};

const MESSAGES: Readonly<Record<Exclude<ForecastEvent['name'], 'renewal-refused'>, (event: ForecastEvent) => string>> =
  {
    'certificate-expired': () => 'its certificate ends',
    'ca-expired': event => `it ends${among(event, count => `, and ${count} with it`)}`,
    'crl-stale': event => `its CRL ends${among(event, count => `: who checks revocation refuses ${count}`)}`,
    'crl-missing': event => `it has no CRL${among(event, count => `: who checks revocation refuses ${count}`)}`,
  };

/** Nothing where no service that would still be good depends on it. */
const among = ({ services = 0 }: ForecastEvent, say: (count: string) => string): string =>
  services === 0 ? '' : say(plural(services, 'service'));

/** What a date of the forecast means, and what to do about it; nothing where a run puts it right. */
export function describeForecast(event: ForecastEvent, now: Date): FindingText {
  const { name, mendedAt, refusal } = event;
  if (name === 'renewal-refused') return REFUSALS[refusal!](event);
  const message = MESSAGES[name](event);
  if (refusal !== undefined) return { ...REFUSALS[refusal](event), message };
  if (mendedAt !== undefined) return { message: `${message}, until the run at ${formatInstant(mendedAt)}` };
  const { remedy } = describeFinding({ ...event, name, severity: 'critical', deadline: event.at }, now);
  return { message, ...(remedy !== undefined && { remedy }) };
}
