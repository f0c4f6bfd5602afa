import { failure } from '../errors.ts';
import { thresholdText, type Threshold } from './duration.ts';
import type { Policy } from './policy.ts';

/** How much of its lifetime is left when something becomes a finding. */
export type CheckThresholds = Policy['check'];

/** What the command line says instead of the policy, for everything alike. Throws ERR_FLAG_CONFLICT. */
export function overrideThresholds(
  thresholds: CheckThresholds,
  warning: Threshold | undefined,
  critical: Threshold | undefined,
): CheckThresholds {
  if (warning && critical && isLess(warning, critical)) {
    throw failure('ERR_FLAG_CONFLICT', {
      flags: [`--warn ${thresholdText(warning)}`, `--crit ${thresholdText(critical)}`],
      why: 'a warning comes before what is critical, so --warn is the larger one',
    });
  }
  return {
    ...thresholds,
    ...(warning && { leafWarning: warning, caWarning: warning, crlWarning: warning }),
    ...(critical && { leafCritical: critical, caCritical: critical, crlCritical: critical }),
  };
}

/** False where they cannot be compared: a percentage and a span. */
function isLess(a: Threshold, b: Threshold): boolean {
  if ('span' in a) return 'span' in b && a.span < b.span;
  return 'percent' in b && a.percent < b.percent;
}
