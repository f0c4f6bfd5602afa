// Decides when a certificate, CA or CRL that expires becomes a finding, as a warning or as critical.
// `check.ts` asks it about each of them; `check` and `tick` ask the manifest for the services that can be found at all.
// It reads no manifest: the numbers of that question come from the same thresholds.
import { failure } from '../../errors/error.ts';
import { isCertified } from '../../ca/rules/active-issuer.ts';
import { lifeOf } from '../../ca/rules/life.ts';
import { reachedAt, thresholdText, type Threshold } from '../../time/duration.ts';
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

/** A threshold is reached when no more than that is left. Undefined where neither is. */
export function urgency(
  from: Date,
  to: Date,
  warning: Threshold,
  critical: Threshold,
  now: Date,
): 'warning' | 'critical' | undefined {
  if (now >= reachedAt(critical, from, to)) return 'critical';
  return now >= reachedAt(warning, from, to) ? 'warning' : undefined;
}

/** The same as a question to the manifest, which answers it from its indexes: no service that `checkManifest` would find is left out. */
export function riskQuestion(
  { leafWarning, leafCritical }: CheckThresholds,
  authorities: readonly Authority[],
  at: Date,
): { readonly at: Date; readonly endingBy: Date; readonly percentLeft: number; readonly secondsLeft: number } {
  const limits = [leafWarning, leafCritical];
  const percentLeft = Math.max(0, ...limits.map(limit => ('percent' in limit ? limit.percent : 0)));
  const secondsLeft = Math.max(0, ...limits.map(limit => ('span' in limit ? limit.span : 0)));
  // no certificate begins before its CA, and one that ends after its CA is found by that
  const lives = authorities.filter(isCertified).map(lifeOf);
  const longest = Math.max(0, ...lives.map(({ notBefore, notAfter }) => notAfter.getTime() - notBefore.getTime()));
  const reach = Math.max(secondsLeft * 1000, (longest * percentLeft) / 100);
  return { at, endingBy: new Date(at.getTime() + reach), percentLeft, secondsLeft };
}

/** False where they cannot be compared: a percentage and a span. */
function isLess(a: Threshold, b: Threshold): boolean {
  if ('span' in a) return 'span' in b && a.span < b.span;
  return 'percent' in b && a.percent < b.percent;
}
