import { parseThreshold } from './duration.ts';
import type { RenewalSpec } from './model.ts';
import { DURATION_PATTERN, duration } from './service-shape.ts';
import { described, object, refined, text, type Shape } from './shape.ts';

const window = refined(
  object(
    {
      cron: text(text => text, { description: 'When it opens: five fields as in crontab(5), like 0 3 * * 1-5.' }),
      timezone: text(text => text, { description: 'Like Europe/Berlin. Without it, UTC.' }),
      duration: described(duration, 'How long it stays open, like 4h.'),
    },
    ['cron', 'duration'],
  ),
  ({ timezone = 'UTC', ...rest }) => ({ ...rest, timezone }),
);

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
