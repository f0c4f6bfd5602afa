import { parseThreshold } from '../../time/duration.ts';
import type { RenewalSpec } from '../../record/upkeep.ts';
import { openingTimes } from './renewal-window.ts';
import { DURATION_PATTERN, duration } from './shape.ts';
import { described, object, refined, text, type Shape } from '../../text/shape.ts';
import { attempt } from '../../text/yaml/value.ts';

const asWritten = (text: string): string => text;

const window = refined(
  object(
    {
      cron: text(asWritten, { description: 'Opening times: five fields as in crontab(5), like 0 3 * * mon-fri.' }),
      timezone: text(asWritten, { description: 'Time zone, like Europe/Berlin (default: UTC).' }),
      duration: described(duration, 'Time from opening to closing, like 4h.'),
    },
    ['cron', 'duration'],
  ),
  ({ timezone = 'UTC', ...rest }, at, report) => {
    const window = { ...rest, timezone };
    return attempt(() => openingTimes(window), at, report) && window;
  },
);

/** Shape of renewal settings: in svcauth.yaml for all services, in a services file for one. */
export const renewal: Shape<RenewalSpec> = described(
  object({
    threshold: text(parseThreshold, {
      description: 'Renewal threshold: this much of the lifetime is used (66%) or left (10d).',
      pattern: `^(?:0?[1-9]%|[1-9][0-9]%|${DURATION_PATTERN})$`,
    }),
    window: described(
      window,
      'Preferred times for renewal. A certificate is renewed outside them if it would become critical before the next one.',
    ),
    overlap: described(
      duration,
      'Time after which a replaced certificate is revoked (default in svcauth.yaml: never).',
    ),
  }),
  'Renewal settings of the service, instead of those in svcauth.yaml.',
);
