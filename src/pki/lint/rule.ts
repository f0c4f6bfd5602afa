import type { DerError } from '../der/reader.ts';

export type RuleScope = 'standard' | 'ours';

/** One obligation of something we are about to sign. */
export interface Rule<S> {
  /** A slug, unique in its table. */
  readonly name: string;
  /** Where the obligation comes from: `RFC 5280 §4.1.2.2`. */
  readonly clause: string;
  /** The clause's own strength: MUST is an error, SHOULD a warning. Nothing of ours is signed over either. */
  readonly severity: 'error' | 'warning';
  /** `standard`: holds for anybody's certificate or CRL. `ours`: a promise about our own, stricter than the clause. */
  readonly scope: RuleScope;
  /** What is wrong, with both sides of a comparison; undefined when nothing is. */
  check(subject: S): string | undefined;
}

/** A broken rule, as data. */
export interface Finding {
  readonly rule: string;
  readonly clause: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

/** Every broken rule of a table, in the table's order. */
export function checkRules<S>(rules: readonly Rule<S>[], subject: S): Finding[] {
  const findings: Finding[] = [];
  for (const rule of rules) {
    const message = rule.check(subject);
    if (message === undefined) continue;
    findings.push({ rule: rule.name, clause: rule.clause, severity: rule.severity, message });
  }
  return findings;
}

/** What comes before every rule: bytes that cannot be read as the structure they should be. */
export const notDer = (error: DerError): Finding => ({
  rule: 'der',
  clause: error.clause ?? 'RFC 5280 §4.1, §5.1; X.690 §10',
  severity: 'error',
  message: error.message,
});

/** Nobody reads on after so many: a hostile file must not fill the memory with them. */
const MOST_FAULTS = 100;

/** Collects faults that were read over. */
export const faultCollector =
  (findings: Finding[]) =>
  (finding: Finding): void => {
    if (findings.length < MOST_FAULTS) findings.push(finding);
  };
