import { NAGIOS_STATUS } from '../../errors/exit-status.ts';
import { failingSeverity } from '../rules/fail-on.ts';
import { countOf, formatChecked, formatCounts, type CheckReport } from './check.ts';
import { describeFinding } from './finding.ts';
import { nagiosLine } from '../../view/nagios-line.ts';

/** Most findings on the line. */
const MOST = 5;

const stateOf = ({ findings, failOn }: CheckReport): 'ok' | 'warning' | 'critical' =>
  failingSeverity(findings, failOn) ?? 'ok';

/** Formats one line with performance data; its state is that of the exit status. */
export function formatNagios(report: CheckReport): string {
  const { findings, checked, at } = report;
  const shown = findings.slice(0, MOST).map(finding => `${finding.subject}: ${describeFinding(finding, at).message}`);
  if (findings.length > MOST) shown.push(`and ${findings.length - MOST} more`);
  const text = [`${formatCounts(findings)} in ${formatChecked(checked)}`, ...shown].join('; ');
  const data = [
    `critical=${countOf(findings, 'critical')};;0;0`,
    `warning=${countOf(findings, 'warning')};0;;0`,
    `services=${checked.services};;;0`,
    `cas=${checked.cas};;;0`,
  ].join(' ');
  return `${nagiosLine(stateOf(report), text)} | ${data}\n`;
}

export const nagiosStatus = (report: CheckReport) => NAGIOS_STATUS[stateOf(report)];
