import type { Sink } from '../../world/world.ts';
import { checkView, type CheckReport } from './check.ts';
import type { CheckFormat } from './check-format.ts';
import { formatCheckCalendar } from './check-calendar.ts';
import { formatCheckJunit } from './check-junit.ts';
import { formatCheckMetrics } from './check-metrics.ts';
import { formatGithub } from './github.ts';
import { formatNagios } from './nagios.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import type { Terminal } from '../../view/terminal.ts';

const FOREIGN: Readonly<Record<Exclude<CheckFormat, OutputFormat>, (report: CheckReport) => string>> = {
  prometheus: formatCheckMetrics,
  nagios: formatNagios,
  junit: formatCheckJunit,
  github: formatGithub,
  ics: formatCheckCalendar,
};

export function printCheck(out: Sink, format: CheckFormat, report: CheckReport, terminal: Terminal): void {
  if (isOwn(format)) print(out, format, checkView(report, terminal));
  else out.write(FOREIGN[format](report));
}

const isOwn = (format: CheckFormat): format is OutputFormat => !Object.hasOwn(FOREIGN, format);
