// Decides which findings follow from the differences between a service's files and the manifest.
// `run/source/files.ts` calls it with the differences that an inspection found. It is pure.
import type { DeployReason } from '../../deployment/rules/reason.ts';
import type { Finding, FindingName, Severity } from './finding.ts';

interface Row {
  readonly name: FindingName;
  readonly severity: Severity;
  /** Also found while the deployment is pending: the run that deploys does not write it. */
  readonly whilePending?: true;
}

const FOUND: Readonly<Partial<Record<DeployReason['name'], Row>>> = {
  'key-lost': { name: 'key-lost', severity: 'critical', whilePending: true },
  'current-foreign': { name: 'current-foreign', severity: 'critical', whilePending: true },
  'files-missing': { name: 'files-missing', severity: 'critical', whilePending: true },
  'files-differ': { name: 'files-changed', severity: 'critical', whilePending: true },
  'not-switched': { name: 'files-not-current', severity: 'critical' },
  'key-readable': { name: 'key-readable', severity: 'critical', whilePending: true },
  'access-differs': { name: 'files-access', severity: 'warning' },
  'output-missing': { name: 'output-missing', severity: 'critical' },
  'output-differs': { name: 'output-changed', severity: 'critical' },
  faulty: { name: 'files-unverified', severity: 'warning' },
};

/** Findings that a new certificate or a forced deployment ends, with all others about the same files. */
const DECIDES: ReadonlySet<FindingName> = new Set(['key-lost', 'current-foreign']);

/** Makes at most one finding of each name for a service. `isPending`: a run may be about to switch the link and write outputs. */
export function fileFindings(
  service: string,
  reasons: readonly DeployReason[],
  isPending: boolean,
): readonly Finding[] {
  const found = new Map<FindingName, Finding>();
  for (const { name, detail } of reasons) {
    const row = FOUND[name];
    if (row === undefined || (isPending && !row.whilePending)) continue;
    const problem = [found.get(row.name)?.problem, detail].filter(text => text !== undefined).join(', ');
    const { name: finding, severity } = row;
    found.set(finding, { name: finding, severity, kind: 'service', subject: service, ...(problem && { problem }) });
  }
  const decisive = [...found.values()].filter(({ name }) => DECIDES.has(name));
  return decisive.length > 0 ? decisive.slice(0, 1) : [...found.values()];
}

/** Drops a pending deployment of a service whose files have a finding: one cause, one finding. */
export function withoutConsequences(findings: readonly Finding[]): readonly Finding[] {
  const damaged = new Set(
    findings.flatMap(({ kind, name, subject }) => (kind === 'service' && CAUSES.has(name) ? [subject] : [])),
  );
  if (damaged.size === 0) return findings;
  return findings.filter(({ name, subject }) => name !== 'deployment-pending' || !damaged.has(subject));
}

const CAUSES: ReadonlySet<FindingName> = new Set(['key-lost', 'current-foreign', 'files-missing', 'files-changed']);
