// Decides when a certificate, CA or CRL that expires becomes a finding, as a warning or as critical.
// `check.ts` asks it about each of them; `check` and `tick` ask the manifest for the services that can be found at all.
// It reads no manifest: the numbers of that question come from the same thresholds.
import { failure } from '../../errors/error.ts';
import { isCertified } from '../../ca/rules/active-issuer.ts';
import { lifeOf } from '../../ca/rules/life.ts';
import { reachedAt, thresholdText, type Threshold } from '../../time/duration.ts';
import type { Authority } from '../../record/authority.ts';
import type { Policy } from '../../policy/rules/policy.ts';

/** The remaining lifetimes at which certificates, CAs and CRLs become findings. */
export type CheckThresholds = Policy['check'];

/** Replaces the thresholds of certificates, CAs and CRLs by those of the command line. Throws ERR_FLAG_CONFLICT. */
export function overrideThresholds(
  thresholds: CheckThresholds,
  warning: Threshold | undefined,
  critical: Threshold | undefined,
): CheckThresholds {
  if (warning && critical && isLess(warning, critical)) {
    throw failure('ERR_FLAG_CONFLICT', {
      flags: [`--warn ${thresholdText(warning)}`, `--crit ${thresholdText(critical)}`],
      why: '--warn must be the larger one, because a warning comes before a critical finding',
    });
  }
  return {
    ...thresholds,
    ...(warning && { leafWarning: warning, caWarning: warning, crlWarning: warning }),
    ...(critical && { leafCritical: critical, caCritical: critical, crlCritical: critical }),
  };
}

/** Decides which threshold is reached: the remaining lifetime is at most that. Undefined if neither is. */
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

/** Turns the thresholds into a query of the manifest's indexes. It leaves out no service that `checkManifest` would find. */
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

/** False for a percentage and a span, which cannot be compared. */
function isLess(a: Threshold, b: Threshold): boolean {
  if ('span' in a) return 'span' in b && a.span < b.span;
  return 'percent' in b && a.percent < b.percent;
}
