// Formats the result of `check` as a table and as JSON, and defines the report for all formats.
// `check` and `tick` print it.
import type { Finding, FindingKind, Severity } from '../rules/finding.ts';
import type { FailOn } from '../rules/fail-on.ts';
import type { MonitoredItem } from '../rules/monitored-item.ts';
import type { CHECK, FINDING } from './documents.ts';
import { describeFinding } from './finding.ts';
import type { PublishedState } from '../../publication/rules/published-state.ts';
import type { View } from '../../view/output.ts';
import { plural } from '../../text/plural.ts';
import { formatTable } from '../../view/table.ts';
import type { Terminal } from '../../view/terminal.ts';

/** The result of `check`, from which every output format is made. */
export interface CheckReport {
  /** Name of the PKI. */
  readonly name: string;
  readonly trustDomain: string;
  /** Time for which the findings hold (`--at`). */
  readonly at: Date;
  /** Time of the run. */
  readonly ranAt: Date;
  /** How many services and CAs were checked. */
  readonly checked: { readonly services: number; readonly cas: number };
  /** Worst first. */
  readonly findings: readonly Finding[];
  readonly failOn: FailOn;
  /** Filled only for the formats that also list items without findings (see `CHECK_FORMATS`). */
  readonly monitored: readonly MonitoredItem[];
  /** public/ and the published directories; filled for the same formats. */
  readonly directories: readonly PublishedState[];
}

/** The field of JSON with the subject of a finding. */
const SUBJECT_FIELDS = {
  service: 'service',
  ca: 'ca',
  directory: 'directory',
  consumer: 'consumer',
  rotation: 'rotation',
  'trust-domain': 'trustDomain',
  address: 'address',
  home: 'path',
} as const satisfies Readonly<Record<FindingKind, string>>;

const HEADER = ['SEVERITY', 'SUBJECT', 'FINDING', 'MESSAGE', 'REMEDY'];

export function checkView(
  { at, checked, findings }: CheckReport,
  { colours, columns }: Terminal,
): View<typeof CHECK, typeof FINDING> {
  const paint = { warning: colours.yellow, critical: colours.red };
  const described = findings.map(finding => ({ ...finding, ...describeFinding(finding, at) }));
  const plain = described.map(({ kind, subject, name, severity, clockBehind: _, path: __, mode: ___, ...facts }) => ({
    ...{ name, severity, [SUBJECT_FIELDS[kind]]: subject },
    ...facts,
  }));
  return {
    table: () => {
      const where = `in ${formatChecked(checked)} with their CRLs`;
      if (findings.length === 0) return `${colours.green('ok')}: nothing needs attention ${where}\n`;
      const rows = described.map(({ severity, subject, name, message, remedy }) => [
        { text: severity, paint: paint[severity] },
        subject,
        name,
        message,
        remedy ?? '',
      ]);
      return `${formatCounts(findings)} ${where}\n\n${formatTable(HEADER, rows, columns)}`;
    },
    json: () => {
      const status = findings[0]?.severity ?? 'ok';
      return { kind: 'check', value: { at, status, checked, findings: plain } };
    },
    jsonl: () => plain.map(finding => ({ kind: 'finding', value: { at, ...finding } })),
  };
}

export const countOf = (findings: readonly Finding[], severity: Severity): number =>
  findings.filter(finding => finding.severity === severity).length;

export const formatCounts = (findings: readonly Finding[]): string =>
  `${countOf(findings, 'critical')} critical, ${plural(countOf(findings, 'warning'), 'warning')}`;

export const formatChecked = ({ services, cas }: CheckReport['checked']): string =>
  `${plural(services, 'service')} and ${plural(cas, 'CA')}`;
