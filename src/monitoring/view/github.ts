import { formatChecked, type CheckReport } from './check.ts';
import { describeFinding } from './finding.ts';
import { annotation } from '../../view/github-annotation.ts';

const LEVEL = { warning: 'warning', critical: 'error' } as const;

/** Formats workflow commands: an annotation for each finding, or one notice if there is none. */
export function formatGithub({ findings, checked, at }: CheckReport): string {
  if (findings.length === 0) {
    return annotation(
      'notice',
      'svcauth check',
      `nothing needs attention in ${formatChecked(checked)} with their CRLs`,
    );
  }
  return findings
    .map(finding => {
      const { message, remedy } = describeFinding(finding, at);
      const text = `${finding.subject}: ${message}${remedy === undefined ? '' : `\n${remedy}`}`;
      return annotation(LEVEL[finding.severity], `${finding.name}: ${finding.subject}`, text);
    })
    .join('');
}
