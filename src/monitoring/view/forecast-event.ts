import type { ForecastEvent } from '../rules/forecast-event.ts';
import { REMEDIES } from '../../errors/remedy.ts';
import { describeRefusal } from './refusal.ts';
import { describeFinding, type FindingText } from './finding.ts';
import { formatInstant } from '../../view/json.ts';
import { plural } from '../../text/plural.ts';

/** `expires`: "expires" or "expired". `services`: such as "2 services"; undefined if no valid certificate depends on the CA. */
type Message = (expires: string, services: string | undefined) => string;

const MESSAGES: Readonly<
  Record<Exclude<ForecastEvent['name'], 'renewal-refused' | 'rotation-step' | 'rotation-due'>, Message>
> = {
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
  if (name === 'renewal-refused') return describeRefusal(event);
  if (name === 'rotation-step') return { message: `tick takes step ${event.step} of its rotation` };
  if (name === 'rotation-due') return describeDue(event);
  const { at, services = 0 } = event;
  const message = MESSAGES[name](
    at < now ? 'expired' : 'expires',
    services === 0 ? undefined : plural(services, 'service'),
  );
  if (refusal !== undefined) return { ...describeRefusal(event), message };
  if (repairedAt !== undefined) return { message: `${message}, until the run at ${formatInstant(repairedAt)}` };
  const { remedy } = describeFinding({ ...event, name, severity: 'critical', deadline: event.at }, now);
  return { message, ...(remedy !== undefined && { remedy }) };
}

function describeDue({ tier = 'issuing', step = 'prepare', keyLocation = 'file' }: ForecastEvent): FindingText {
  const message = `step ${step} of its rotation is due`;
  if (step !== 'prepare') return { message, remedy: REMEDIES.rotationStep({ step, tier }) };
  return { message, remedy: REMEDIES.rotationPrepared({ tier, keyLocation }) };
}
