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
      cron: text(asWritten, { description: 'When it opens: five fields as in crontab(5), like 0 3 * * mon-fri.' }),
      timezone: text(asWritten, { description: 'Like Europe/Berlin. Without it, UTC.' }),
      duration: described(duration, 'How long it stays open, like 4h.'),
    },
    ['cron', 'duration'],
  ),
  ({ timezone = 'UTC', ...rest }, at, report) => {
    const window = { ...rest, timezone };
    return attempt(() => openingTimes(window), at, report) && window;
  },
);

/** When a service is renewed: in svcauth.yaml for all, in a services file for one. */
export const renewal: Shape<RenewalSpec> = described(
  object({
    threshold: text(parseThreshold, {
      description: 'When a certificate is due: so much of its lifetime is used (66%), or so much time is left (10d).',
      pattern: `^(?:0?[1-9]%|[1-9][0-9]%|${DURATION_PATTERN})$`,
    }),
    window: described(window, 'When renewing is welcome. A certificate never expires for it.'),
    overlap: described(duration, 'After so long a certificate that was replaced is revoked. Without it, never.'),
  }),
  'When it is renewed, where that is not as svcauth.yaml has it.',
);
