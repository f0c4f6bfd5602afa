// Formats lint findings, and the field trials of the programs named by `--for`, as tables and as JSON.
// `lint` prints it. Severities, clauses and trials come from `pki/lint`.
import { plural } from '../../text/plural.ts';
import type { Consumer } from '../../pki/lint/consumer.ts';
import type { FieldEffect, FieldVerdict } from '../../pki/lint/field-facts.ts';
import type { Linted } from '../../pki/lint/lint-bytes.ts';
import type { View } from '../../view/output.ts';
import { formatTable, type Cell } from '../../view/table.ts';
import type { Terminal } from '../../view/terminal.ts';
import type { LINT, LINT_FINDING, LINT_VERDICT } from './lint-documents.ts';

export type LintStatus = 'ok' | 'warning' | 'error';

export interface LintResult {
  readonly linted: readonly Linted[];
  readonly verdicts: readonly FieldVerdict[];
  /** The requested programs without a field trial. */
  readonly untried: readonly Consumer[];
  readonly status: LintStatus;
}

export function lintView(
  { linted, verdicts, untried, status }: LintResult,
  now: Date,
  terminal: Terminal,
): View<typeof LINT, typeof LINT_FINDING | typeof LINT_VERDICT> {
  const findings = linted.flatMap(each =>
    each.findings.map(finding => ({ file: each.file, block: each.block, type: each.type, ...finding })),
  );
  return {
    table: () => {
      const parts = [summary(linted, status, terminal)];
      if (findings.length > 0) parts.push(formatFindings(findings, terminal));
      if (verdicts.length > 0) parts.push(formatVerdicts(verdicts, terminal));
      if (untried.length > 0) parts.push(`no trials of such files with: ${untried.join(', ')}\n`);
      return parts.join('\n');
    },
    json: () => ({
      kind: 'lint',
      value: {
        at: now,
        status,
        linted: linted.map(({ file, block, type, name, findings: found }) => ({
          file,
          block,
          type,
          name,
          findings: found,
        })),
        verdicts,
        untried,
      },
    }),
    jsonl: () => [
      ...findings.map(value => ({ kind: 'lint-finding' as const, value })),
      ...verdicts.map(value => ({ kind: 'lint-verdict' as const, value })),
    ],
  };
}

function summary(linted: readonly Linted[], status: LintStatus, { colours }: Terminal): string {
  const count = (type: Linted['type']) => linted.filter(each => each.type === type).length;
  const where = `${plural(count('certificate'), 'certificate')} and ${plural(count('crl'), 'CRL')}`;
  if (status === 'ok') return `${colours.green('ok')}: no findings in ${where}\n`;
  const found = (severity: string) =>
    linted.reduce((sum, each) => sum + each.findings.filter(finding => finding.severity === severity).length, 0);
  return `${plural(found('error'), 'error')} and ${plural(found('warning'), 'warning')} in ${where}\n`;
}

type Row = Linted['findings'][number] & Pick<Linted, 'file' | 'block' | 'type'>;

function formatFindings(findings: readonly Row[], { colours, columns }: Terminal): string {
  const paint = { warning: colours.yellow, error: colours.red };
  const rows = findings.map(({ severity, file, block, rule, clause, message }): Cell[] => [
    { text: severity, paint: paint[severity] },
    place(file, block),
    rule,
    message,
    clause,
  ]);
  return formatTable(['SEVERITY', 'FILE', 'RULE', 'FINDING', 'CLAUSE'], rows, columns);
}

function formatVerdicts(verdicts: readonly FieldVerdict[], { colours, columns }: Terminal): string {
  const paint: Readonly<Record<FieldEffect, (text: string) => string>> = {
    breaks: colours.red,
    mind: colours.yellow,
    works: colours.green,
  };
  const rows = verdicts.map(({ consumer, effect, file, block, message, trial }): Cell[] => [
    consumer,
    { text: effect, paint: paint[effect] },
    place(file, block),
    message,
    trial,
  ]);
  return formatTable(['CONSUMER', 'VERDICT', 'FILE', 'RESULT', 'TRIAL'], rows, columns);
}

const place = (file: string, block: number): string => (block === 1 ? file : `${file} #${block}`);
