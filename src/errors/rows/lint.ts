import { EXIT } from '../exit-status.ts';
import { REMEDIES } from '../remedy.ts';
import { row } from '../row.ts';

/** A broken rule; a `Finding` of pki fits. */
interface BrokenRule {
  readonly rule: string;
  readonly clause: string;
  readonly message: string;
}

/** The gate before every signature. */
export const lintErrors = {
  ERR_LINT: row<{ what: string; findings: readonly BrokenRule[] }>(
    EXIT.refused,
    ({ what, findings: [first, ...others] }) =>
      `${what} breaks ${others.length === 0 ? 'a rule' : `${others.length + 1} rules`}; nothing was signed` +
      (first === undefined ? '' : `: ${sentence(first)}`),
    () => [],
    ({ findings: [, ...others] }) => others.map(sentence),
  ),
  ERR_LINT_INPUT: row<{ what: string; reason: string }>(
    EXIT.usage,
    p => `${p.what} cannot be linted: ${p.reason}`,
    () => [`lint reads certificates and CRLs as PEM or DER; for other files: ${REMEDIES.fileUnclear({})}`],
  ),
} as const;

const sentence = ({ rule, clause, message }: BrokenRule): string => `${message} (${rule}, ${clause})`;
