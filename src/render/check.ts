import type { Finding, Severity } from '../lifecycle/check.ts';
import { describeFinding } from './finding.ts';
import type { View } from './output.ts';
import { formatTable } from './table.ts';
import type { Terminal } from './terminal.ts';

const HEADER = ['SEVERITY', 'SUBJECT', 'FINDING', 'WHAT', 'REMEDY'];

/** What `check` says; `checked` counts what it looked at. */
export function checkView(
  checked: { readonly services: number; readonly authorities: number },
  findings: readonly Finding[],
  now: Date,
  { colours, columns }: Terminal,
): View {
  const paint = { warning: colours.yellow, critical: colours.red };
  const count = (severity: Severity) => findings.filter(finding => finding.severity === severity).length;
  const [critical, warning] = [count('critical'), count('warning')];
  const described = findings.map(finding => ({ ...finding, ...describeFinding(finding, now) }));
  return {
    table: () => {
      const where = `in ${plural(checked.services, 'service')} and ${plural(checked.authorities, 'CA')} with their CRLs`;
      if (findings.length === 0) return `${colours.green('ok')}: nothing needs attention ${where}\n`;
      const rows = described.map(({ severity, subject, name, message, remedy }) => [
        { text: severity, paint: paint[severity] },
        subject,
        name,
        message,
        remedy ?? '',
      ]);
      return `${critical} critical, ${plural(warning, 'warning')} ${where}\n\n${formatTable(HEADER, rows, columns)}`;
    },
    json: () => {
      const status = critical > 0 ? 'critical' : warning > 0 ? 'warning' : 'ok';
      return { kind: 'check', value: { at: now, status, checked, findings: described } };
    },
    jsonl: () => described.map(value => ({ kind: 'finding', value })),
  };
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
