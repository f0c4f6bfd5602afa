import type { Deployed } from '../../deployment/run/deploy.ts';
import type { IssueOutcome } from '../run/issue-run.ts';
import { ISSUE_REASONS } from '../../due/rules/reason.ts';
import type { IssueStep } from '../rules/plan-issue.ts';
import { formatColumns } from '../../view/columns.ts';
import { formatFacts } from '../../view/facts.ts';
import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';
import { plural } from '../../view/plural.ts';
import { formatRelativeTime } from '../../view/relative-time.ts';

/** What was issued, or would be; one service in full, many a line each. */
export function issueView({ plan, issued, deployed, dryRun }: IssueOutcome, now: Date): View {
  const bySerial = new Map(issued.map(one => [one.service, one]));
  const results = new Map(deployed.map(one => [one.service, one]));
  const steps = plan.steps.map(step => ({
    ...jsonOf(step),
    ...bySerial.get(step.name),
    ...deploymentOf(results.get(step.name)),
  }));
  const isPending = (name: string): boolean => results.get(name)?.problem !== undefined;
  const until = (instant: Date): string => `${formatInstant(instant)} (${formatRelativeTime(instant, now)})`;
  const words = (step: IssueStep): readonly [verb: string, name: string, rest: string] => {
    switch (step.action) {
      case 'keep':
        return ['unchanged', step.name, `${step.serial}  until ${until(step.notAfter)}`];
      case 'deliver':
        return [
          dryRun ? 'would deploy' : isPending(step.name) ? 'not deployed' : 'deployed',
          step.name,
          `${step.serial}  until ${until(step.notAfter)}`,
        ];
      case 'issue': {
        const made = bySerial.get(step.name);
        if (made === undefined) return ['would issue', step.name, `${step.spec.spiffeId}  (${why(step)})`];
        return ['issued', step.name, `${made.serial}  until ${until(made.notAfter)}`];
      }
    }
  };
  return {
    table: () => {
      if (plan.steps.length === 0) return 'nothing to issue: the list names no service\n';
      const [one, another] = issued;
      if (one === undefined || another !== undefined || plan.steps.length !== 1)
        return formatColumns(plan.steps.map(words));
      return formatFacts([
        ['issued', one.service],
        [
          'because',
          plan.steps[0]?.action === 'issue' && plan.steps[0].reason !== 'new' ? why(plan.steps[0]) : undefined,
        ],
        ['spiffe id', one.spiffeId],
        ['serial', one.serial],
        ['expires', until(one.notAfter)],
        ['signed by', one.authorityId],
        ['files', one.directory],
        ['deployed', results.get(one.service) && formatWork(results.get(one.service)!)],
      ]);
    },
    json: () => ({ kind: 'issue', value: { dryRun, authority: plan.issuer.id, services: steps } }),
    jsonl: () => steps.map(value => ({ kind: 'issue', value: { dryRun, ...value } })),
  };
}

function jsonOf(step: IssueStep): object {
  if (step.action !== 'issue')
    return { service: step.name, action: step.action, serial: step.serial, notAfter: step.notAfter };
  const { spec, reason, changes, supersedes } = step;
  return { service: step.name, action: step.action, reason, changes, supersedes, ...spec };
}

/** What was done beside switching the files; nothing to say where that was all. */
function formatWork({ written, hooks, problem }: Deployed): string | undefined {
  if (problem !== undefined) return 'not yet';
  const parts = [
    ...(written.length > 0 ? [plural(written.length, 'output')] : []),
    ...(hooks.length > 0 ? [plural(hooks.length, 'hook')] : []),
  ];
  return parts.length === 0 ? undefined : parts.join(', ');
}

const deploymentOf = (result: Deployed | undefined): object =>
  result?.problem === undefined ? {} : { deployment: 'pending', problem: result.problem };

const why = ({ reason, changes }: Extract<IssueStep, { action: 'issue' }>): string =>
  reason === 'spec-changed' ? `it changed: ${changes.join(', ')}` : ISSUE_REASONS[reason].words;
