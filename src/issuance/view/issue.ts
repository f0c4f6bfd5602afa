// Answers: how does `issue` report its plan and its result, as a table and as JSON?
// Called by the command. It decides nothing.

import type { Deployed } from '../../deployment/run/deploy.ts';
import type { Issued } from '../rules/issued.ts';
import type { IssueOutcome } from '../run/issue-run.ts';
import type { ISSUANCE, ISSUE } from './documents.ts';
import { ISSUE_REASONS } from '../../due/rules/reason.ts';
import { supersedes, type Planned, type PlannedCertificate } from '../rules/planned.ts';
import { formatColumns } from '../../view/columns.ts';
import { formatFacts } from '../../view/facts.ts';
import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';
import { plural } from '../../text/plural.ts';
import { formatRelativeTime } from '../../view/relative-time.ts';

/** Prints issued or planned certificates: all facts of one, or a line for each of several. */
export function issueView(
  { plan, issued, deployed, dryRun }: IssueOutcome,
  now: Date,
): View<typeof ISSUE, typeof ISSUANCE> {
  const byService = new Map(issued.map(one => [one.service, one]));
  const results = new Map(deployed.map(one => [one.service, one]));
  const services = plan.planned.map(planned => ({
    ...jsonOf(planned),
    ...resultOf(byService.get(planned.service)),
    ...deploymentOf(results.get(planned.service)),
  }));
  const isPending = (service: string): boolean => results.get(service)?.problem !== undefined;
  const until = (instant: Date): string => `${formatInstant(instant)} (${formatRelativeTime(instant, now)})`;
  const words = (planned: Planned): readonly [verb: string, name: string, rest: string] => {
    const { service, spec, current } = planned;
    const made = byService.get(service);
    if (planned.action === 'issue') {
      if (made === undefined) return ['would issue', service, `${spec.spiffeId}  (${why(planned)})`];
      return ['issued', service, `${made.serial}  expires ${until(made.notAfter)}`];
    }
    const deployed = dryRun ? 'would deploy' : isPending(service) ? 'not deployed' : 'deployed';
    const verb = planned.action === 'deploy' ? deployed : 'unchanged';
    return [verb, service, `${current!.serial}  expires ${until(current!.notAfter)}`];
  };
  return {
    table: () => {
      if (plan.planned.length === 0) return 'nothing to issue: the list contains no services\n';
      const [one, another] = issued;
      const [first] = plan.planned;
      if (one === undefined || another !== undefined || plan.planned.length !== 1)
        return formatColumns(plan.planned.map(words));
      return formatFacts([
        ['issued', one.service],
        ['reason', first?.action === 'issue' && first.reason !== 'new' ? why(first) : undefined],
        ['spiffe id', one.spiffeId],
        ['serial', one.serial],
        ['expires', until(one.notAfter)],
        ['issued by', one.authorityId],
        ['files', one.directory],
        ['deployed', results.get(one.service) && formatWork(results.get(one.service)!)],
      ]);
    },
    json: () => ({ kind: 'issue', value: { dryRun, ca: plan.issuer.id, services } }),
    jsonl: () => services.map(value => ({ kind: 'issuance', value: { dryRun, ...value } })),
  };
}

function jsonOf(planned: Planned) {
  const { service, current, spec } = planned;
  if (planned.action === 'issue') {
    const { action, reason, changes } = planned;
    return { service, action, reason, changes, supersedes: supersedes(planned), ...spec };
  }
  // a request of the command line is never held
  const action = planned.action === 'deploy' ? ('deploy' as const) : ('keep' as const);
  return { service, action, serial: current?.serial, notAfter: current?.notAfter };
}

function resultOf(issued: Issued | undefined) {
  if (issued === undefined) return {};
  const { spiffeId, serial, notBefore, notAfter, authorityId, directory } = issued;
  return { spiffeId, serial, notBefore, notAfter, ca: authorityId, directory };
}

/** Describes the outputs and hooks of a deployment; undefined without any. */
function formatWork({ written, hooks, problem }: Deployed): string | undefined {
  if (problem !== undefined) return 'not yet';
  const parts = [
    ...(written.length > 0 ? [plural(written.length, 'output')] : []),
    ...(hooks.length > 0 ? [plural(hooks.length, 'hook')] : []),
  ];
  return parts.length === 0 ? undefined : parts.join(', ');
}

const deploymentOf = (result: Deployed | undefined) =>
  result?.problem === undefined ? {} : { deploymentPending: true, problem: result.problem };

const why = ({ reason, changes }: PlannedCertificate): string =>
  reason === 'spec-changed' ? `${ISSUE_REASONS[reason].words}: ${changes.join(', ')}` : ISSUE_REASONS[reason].words;
