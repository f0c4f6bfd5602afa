import { failure } from '../../errors/error.ts';
import { isCertified } from '../../ca/rules/active-issuer.ts';
import { lifeOf } from '../../ca/rules/life.ts';
import { thresholdText, type Threshold } from '../../time/duration.ts';
import type { Authority } from '../../record/authority.ts';
import type { Policy } from '../../policy/rules/policy.ts';

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

const DAY = 86_400_000;
/** A leaf is at most a sixth of its issuer's lifetime. */
const LEAF_SHARE = 6;

/** What to ask of the manifest so that no service that `checkManifest` would find is left out. */
export function riskQuestion(
  { leafWarning, leafCritical }: CheckThresholds,
  authorities: readonly Authority[],
  at: Date,
): { readonly at: Date; readonly endingBy: Date; readonly percentLeft: number; readonly secondsLeft: number } {
  const lives = authorities.filter(isCertified).map(lifeOf);
  const lifetimes = lives.map(({ notBefore, notAfter }) => notAfter.getTime() - notBefore.getTime());
  // a day for backdating and rounding
  const longestLeaf = Math.max(0, ...lifetimes) / LEAF_SHARE + DAY;
  const limits = [leafWarning, leafCritical];
  const percentLeft = Math.max(0, ...limits.map(limit => ('percent' in limit ? limit.percent : 0)));
  const secondsLeft = Math.max(0, ...limits.map(limit => ('span' in limit ? limit.span : 0)));
  const reach = Math.max(secondsLeft * 1000, (longestLeaf * percentLeft) / 100);
  return { at, endingBy: new Date(at.getTime() + reach), percentLeft, secondsLeft };
}

/** False where they cannot be compared: a percentage and a span. */
function isLess(a: Threshold, b: Threshold): boolean {
  if ('span' in a) return 'span' in b && a.span < b.span;
  return 'percent' in b && a.percent < b.percent;
}
