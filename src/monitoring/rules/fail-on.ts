import type { Finding, Severity } from './finding.ts';

/** The lowest severity that fails a check. */
export const FAIL_ON = ['warning', 'critical', 'never'] as const;
export type FailOn = (typeof FAIL_ON)[number];

export const counts = (severity: Severity, failOn: FailOn): boolean =>
  failOn === 'warning' || (failOn === 'critical' && severity === 'critical');

/** Finds the worst severity that fails the check. */
export function failingSeverity(findings: readonly Finding[], failOn: FailOn): Severity | undefined {
  const severities = findings.map(({ severity }) => severity).filter(severity => counts(severity, failOn));
  return severities.includes('critical') ? 'critical' : severities[0];
}
