import type { DerError } from '../der/reader.ts';

export type RuleScope = 'standard' | 'ours';

/** A rule for certificates or CRLs. */
export interface Rule<S> {
  /** A slug, unique in its table. */
  readonly name: string;
  /** The clause behind the rule: `RFC 5280 §4.1.2.2`. */
  readonly clause: string;
  /** MUST of the clause is an error, SHOULD a warning. svcauth signs nothing with either. */
  readonly severity: 'error' | 'warning';
  /** `standard`: a rule for every certificate or CRL. `ours`: a stricter rule for those that svcauth issues. */
  readonly scope: RuleScope;
  /** Returns the problem, with both sides of a comparison; undefined if the rule holds. */
  check(subject: S): string | undefined;
}

/** A broken rule. */
export interface Finding {
  readonly rule: string;
  readonly clause: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

/** Returns every broken rule of a table, in the table's order. */
export function checkRules<S>(rules: readonly Rule<S>[], subject: S): Finding[] {
  const findings: Finding[] = [];
  for (const rule of rules) {
    const message = rule.check(subject);
    if (message === undefined) continue;
    findings.push({ rule: rule.name, clause: rule.clause, severity: rule.severity, message });
  }
  return findings;
}

/** Makes the finding for bytes that are not the expected structure. */
export const notDer = (error: DerError): Finding => ({
  rule: 'der',
  clause: error.clause ?? 'RFC 5280 §4.1, §5.1; X.690 §10',
  severity: 'error',
  message: error.message,
});

/** The most faults collected from one file, so a hostile file cannot fill the memory. */
const MOST_FAULTS = 100;

/** Collects faults that the reader tolerated. */
export const faultCollector =
  (findings: Finding[]) =>
  (finding: Finding): void => {
    if (findings.length < MOST_FAULTS) findings.push(finding);
  };
