import type { IssueOutcome } from '../authority/issue-run.ts';
import { ISSUE_REASONS } from '../lifecycle/issue-reason.ts';
import type { IssueStep } from '../lifecycle/plan-issue.ts';
import { formatColumns } from './columns.ts';
import { formatFacts } from './facts.ts';
import { formatInstant } from './json.ts';
import type { View } from './output.ts';
import { formatRelativeTime } from './relative-time.ts';

/** What was issued, or would be; one service in full, many a line each. */
export function issueView({ plan, issued, dryRun }: IssueOutcome, now: Date): View {
  const bySerial = new Map(issued.map(one => [one.service, one]));
  const steps = plan.steps.map(step => ({ ...jsonOf(step), ...bySerial.get(step.name) }));
  const until = (instant: Date): string => `${formatInstant(instant)} (${formatRelativeTime(instant, now)})`;
  const words = (step: IssueStep): readonly [verb: string, name: string, rest: string] => {
    switch (step.action) {
      case 'keep':
        return ['unchanged', step.name, `${step.serial}  until ${until(step.notAfter)}`];
      case 'deliver':
        return [dryRun ? 'would switch' : 'switched', step.name, `${step.serial}  until ${until(step.notAfter)}`];
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

const why = ({ reason, changes }: Extract<IssueStep, { action: 'issue' }>): string =>
  reason === 'spec-changed' ? `it changed: ${changes.join(', ')}` : ISSUE_REASONS[reason].words;
