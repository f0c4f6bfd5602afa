import { NAGIOS_STATUS } from '../../errors/exit-status.ts';
import { failingSeverity } from '../rules/fail-on.ts';
import { countOf, formatChecked, formatCounts, type CheckReport } from './check.ts';
import { describeFinding } from './finding.ts';
import { nagiosLine } from '../../view/nagios-line.ts';

/** How many findings are told on the one line. */
const TOLD = 5;

const stateOf = ({ findings, failOn }: CheckReport): 'ok' | 'warning' | 'critical' =>
  failingSeverity(findings, failOn) ?? 'ok';

/** One line with performance data; the first word says what the exit status says. */
export function formatNagios(report: CheckReport): string {
  const { findings, checked, at } = report;
  const told = findings.slice(0, TOLD).map(finding => `${finding.subject}: ${describeFinding(finding, at).message}`);
  if (findings.length > TOLD) told.push(`and ${findings.length - TOLD} more`);
  const text = [`${formatCounts(findings)} in ${formatChecked(checked)}`, ...told].join('; ');
  const data = [
    `critical=${countOf(findings, 'critical')};;0;0`,
    `warning=${countOf(findings, 'warning')};0;;0`,
    `services=${checked.services};;;0`,
    `cas=${checked.authorities};;;0`,
  ].join(' ');
  return `${nagiosLine(stateOf(report), text)} | ${data}\n`;
}

export const nagiosStatus = (report: CheckReport) => NAGIOS_STATUS[stateOf(report)];
