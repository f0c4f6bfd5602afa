// Formats the result of `check` as JUnit XML, with a test case for each certificate, CA, CRL and other subject.
// `print-check.ts` calls it for `check -o junit`.
import type { Finding, FindingKind, FindingName } from '../rules/finding.ts';
import { counts, type FailOn } from '../rules/fail-on.ts';
import type { MonitoredItem } from '../rules/monitored-item.ts';
import type { CheckReport } from './check.ts';
import { describeFinding } from './finding.ts';
import { formatInstant } from '../../view/json.ts';
import { element, escapeXml } from '../../view/xml.ts';

type Kind = MonitoredItem['kind'] | Exclude<FindingKind, 'service'>;

const SUITES: Readonly<Record<Kind, string>> = {
  certificate: 'certificates',
  ca: 'CAs',
  crl: 'CRLs',
  directory: 'published directories',
  consumer: 'consumers',
  rotation: 'rotations',
  'trust-domain': 'federated trust domains',
  address: 'served addresses',
  home: 'home',
};

/** Suites that are printed without a case, too. */
const ALWAYS: ReadonlySet<Kind> = new Set(['certificate', 'ca', 'crl']);

/** Formats one suite for each kind of subject. A finding below `--fail-on` is output, not a failure. */
export function formatCheckJunit(report: CheckReport): string {
  const cases = casesOf(report);
  const suites = (Object.keys(SUITES) as Kind[]).flatMap(kind => {
    const own = cases.filter(each => each.kind === kind);
    if (own.length === 0 && !ALWAYS.has(kind)) return [];
    const attributes = { name: SUITES[kind], ...totals(own, report.failOn), timestamp: formatInstant(report.at) };
    return `  ${element('testsuite', attributes, `\n${own.map(each => formatCase(each, report)).join('')}  `)}\n`;
  });
  const attributes = { name: `svcauth check: ${report.name}`, ...totals(cases, report.failOn) };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', attributes, `\n${suites.join('')}`)}\n`;
}

interface Case {
  readonly kind: Kind;
  readonly subject: string;
  readonly findings: Finding[];
}

/** Lists the cases, including a missing CRL and a missing certificate of a CA. */
function casesOf({ monitored, directories, findings }: CheckReport): readonly Case[] {
  const cases = new Map<string, Case>();
  const caseOf = (kind: Kind, subject: string): Case => {
    const key = `${kind} ${subject}`;
    const found = cases.get(key) ?? { kind, subject, findings: [] };
    cases.set(key, found);
    return found;
  };
  for (const { kind, subject } of monitored) caseOf(kind, subject);
  for (const { directory } of directories) caseOf('directory', directory);
  for (const finding of findings) caseOf(kindOf(finding), finding.subject).findings.push(finding);
  return [...cases.values()];
}

/** The findings about the CRL of a CA and not about the CA itself. */
const CRL_FINDINGS: Readonly<Record<Extract<FindingName, `crl-${string}`>, 'crl'>> = {
  'crl-missing': 'crl',
  'crl-stale': 'crl',
  'crl-not-yet-valid': 'crl',
  'crl-expiring': 'crl',
  'crl-series-ending': 'crl',
  'crl-damaged': 'crl',
};

const kindOf = ({ kind, name }: Finding): Kind =>
  kind === 'service' ? 'certificate' : Object.hasOwn(CRL_FINDINGS, name) ? 'crl' : kind;

const failuresOf = ({ findings }: Case, failOn: FailOn): readonly Finding[] =>
  findings.filter(({ severity }) => counts(severity, failOn));

const totals = (cases: readonly Case[], failOn: FailOn) => ({
  tests: cases.length,
  failures: cases.filter(each => failuresOf(each, failOn).length > 0).length,
  errors: 0,
});

function formatCase(each: Case, { failOn, at }: CheckReport): string {
  const failures = failuresOf(each, failOn);
  const others = each.findings.filter(finding => !failures.includes(finding));
  const first = failures[0];
  const content = [
    // one failure per case: some readers ignore more
    ...(first === undefined
      ? []
      : [
          element(
            'failure',
            { type: first.name, message: describeFinding(first, at).message },
            findingLines(failures, at),
          ),
        ]),
    ...(others.length === 0 ? [] : [element('system-out', {}, findingLines(others, at))]),
  ];
  const inside = content.length === 0 ? '' : `\n${content.map(line => `      ${line}\n`).join('')}    `;
  return `    ${element('testcase', { classname: `svcauth.${each.kind}`, name: each.subject }, inside)}\n`;
}

const findingLines = (findings: readonly Finding[], at: Date): string =>
  findings
    .map(finding => {
      const { message, remedy } = describeFinding(finding, at);
      const line = `${finding.severity} ${finding.name}: ${message}`;
      return escapeXml(remedy === undefined ? line : `${line}; ${remedy}`);
    })
    .join('\n');
