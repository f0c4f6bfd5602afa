// Answers: how does `apply` report its steps, as a table and as JSON, and which remedy does a step have?
// Called by the command and by the GitHub output, which shares its words. It decides nothing.

import { REMEDIES } from '../../errors/remedy.ts';
import type { ApplyOutcome } from '../run/apply-run.ts';
import type { APPLY, APPLY_STEP } from './documents.ts';
import type { Deployed } from '../../deployment/run/deploy.ts';
import { shell } from '../../errors/row.ts';
import { durationText } from '../../time/duration.ts';
import { ISSUE_REASONS } from '../../due/rules/reason.ts';
import type { ServiceSpec } from '../../record/service.ts';
import { isChange, isStuck, type ApplyStep } from '../rules/apply-step.ts';
import { formatColumns } from '../../view/columns.ts';
import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';
import { plural } from '../../text/plural.ts';
import { formatRelativeTime } from '../../view/relative-time.ts';

type Action = ApplyStep['action'];

/** Words for a step in a plan and in a result, and for a count of such steps in each. */
const WORDS: Readonly<Record<Action, Readonly<Record<'planned' | 'done' | 'toDo' | 'counted', string>>>> = {
  issue: { planned: 'would issue', done: 'issued', toDo: 'to issue', counted: 'issued' },
  update: { planned: 'would update', done: 'updated', toDo: 'to update', counted: 'updated' },
  deploy: { planned: 'would deploy', done: 'deployed', toDo: 'to deploy', counted: 'deployed' },
  wait: { planned: 'waiting', done: 'waiting', toDo: 'waiting', counted: 'waiting' },
  'csr-needed': { planned: 'cannot issue', done: 'not issued', toDo: 'need a CSR', counted: 'not issued' },
  withdrawn: { planned: 'would skip', done: 'skipped', toDo: 'to skip', counted: 'skipped' },
  prune: { planned: 'would prune', done: 'pruned', toDo: 'to prune', counted: 'pruned' },
  orphan: { planned: 'orphan', done: 'orphan', toDo: 'orphaned', counted: 'orphaned' },
  keep: { planned: 'unchanged', done: 'unchanged', toDo: 'unchanged', counted: 'unchanged' },
};

/** Prints every step except `keep`, and the counts of all. */
export function applyView(outcome: ApplyOutcome, now: Date): View<typeof APPLY, typeof APPLY_STEP> {
  const { path, dryRun, steps, byHand, issued, deployed, crls } = outcome;
  const serials = new Map(issued.map(({ service, serial, notAfter }) => [service, { serial, notAfter }]));
  const problems = problemsOf(deployed);
  const services = steps.map(step => {
    const problem = problems.get(step.service);
    return {
      ...jsonOf(step),
      ...serials.get(step.service),
      ...(problem !== undefined && { deploymentPending: true, problem }),
    };
  });
  const { counts, notDeployed } = countsOf(outcome);
  const summary = { ...counts, ...(notDeployed > 0 && { notDeployed }), byHand };
  const value = {
    dryRun,
    file: path,
    summary,
    services,
    crls: crls.map(({ authorityId, number, nextUpdate }) => ({ ca: authorityId, number, nextUpdate })),
  };
  return {
    table: () => {
      const rows = steps.flatMap(step => {
        if (step.action === 'keep') return [];
        const made = serials.get(step.service);
        const until = made === undefined ? '' : `${made.serial}  expires ${formatInstant(made.notAfter)}  `;
        return [
          [
            verbOf(step, dryRun, problems.get(step.service)),
            step.service,
            `${until}${describeStep(step, now)}`,
          ] as const,
        ];
      });
      const lines = crls.map(({ authorityId, number }) => `crl ${authorityId}  number ${number}\n`);
      return `${formatColumns(rows)}${lines.join('')}${formatApplySummary(outcome)}\n`;
    },
    json: () => ({ kind: 'apply', value }),
    jsonl: () => services.map(value => ({ kind: 'apply-step', value: { dryRun, file: path, ...value } })),
  };
}

/** Problems of failed deployments, by service. */
export const problemsOf = (deployed: readonly Deployed[]): ReadonlyMap<string, string> =>
  new Map(deployed.flatMap(({ service, problem }) => (problem === undefined ? [] : [[service, problem] as const])));

/** Names a step as the table does. `problem`: the failure of its deployment. */
export function verbOf({ action }: ApplyStep, dryRun: boolean, problem: string | undefined): string {
  if (action === 'deploy' && problem !== undefined) return NOT_DEPLOYED;
  return WORDS[action][dryRun ? 'planned' : 'done'];
}

const NOT_DEPLOYED = 'not deployed';

/** Explains a step in one line. */
export function describeStep(step: ApplyStep, now: Date): string {
  switch (step.action) {
    case 'issue':
      return `${step.spec.spiffeId}  ${why(step)}${inSpite(step.tooLate)}`;
    case 'csr-needed':
      return `${why(step)}; issued from a CSR, so a new CSR is needed`;
    case 'wait':
      return `until its turn in the window at ${formatInstant(step.until)} (${formatRelativeTime(step.until, now)}): ${ISSUE_REASONS[step.reason].words}`;
    case 'withdrawn':
      return `its certificate is revoked (${step.revokedFor})`;
    case 'update':
      return step.changes.join(', ');
    case 'deploy':
      return 'its certificate is not deployed yet';
    case 'keep':
      return `expires ${formatInstant(step.notAfter)} (${formatRelativeTime(step.notAfter, now)})`;
    case 'orphan':
    case 'prune': {
      const what =
        step.action === 'prune' ? 'no longer in the file' : 'no longer in the file (--prune would revoke it)';
      if (step.notAfter === undefined) return `${what}; it has no valid certificate`;
      return `${what}; expires ${formatInstant(step.notAfter)} (${formatRelativeTime(step.notAfter, now)})`;
    }
  }
}

const inSpite = (tooLate: Date | undefined): string =>
  tooLate === undefined ? '' : `; its window opens too late, at ${formatInstant(tooLate)}`;

/** Names the work that the operator has to do for a step; undefined if there is none. */
export function remedyOf(step: ApplyStep): string | undefined {
  if (step.action === 'withdrawn')
    return `remove ${step.service} from the file, or put it back into service: ${REMEDIES.certificateMissing(step)}`;
  if (step.action === 'csr-needed')
    return `${step.service} needs a CSR made on its host: ${REMEDIES.requestNeeded(step)}${flagsOf(step.spec)}`;
  return undefined;
}

/** Writes the flags of `issue` that describe a service, without those at their default. */
function flagsOf({ spiffeId, profile, dns, ip, ttl, tags, out }: ServiceSpec): string {
  const flags: (readonly [flag: string, value: string])[] = [
    ['--id', spiffeId],
    ...dns.map(name => ['--dns', name] as const),
    ...ip.map(address => ['--ip', address] as const),
    ['--ttl', durationText(ttl)],
    ...(profile === 'svid' ? [] : [['--profile', profile] as const]),
    ...Object.entries(tags).map(([name, value]) => ['--tag', `${name}=${value}`] as const),
    ...(out === undefined ? [] : [['--out', out] as const]),
  ];
  return flags.map(([flag, value]) => ` ${flag} ${shell(value)}`).join('');
}

function why({ reason, changes }: Extract<ApplyStep, { action: 'issue' | 'csr-needed' }>): string {
  const all = changes.join(', ');
  if (reason === 'spec-changed') return `(${ISSUE_REASONS[reason].words}: ${all})`;
  return `(${ISSUE_REASONS[reason].words}${all === '' ? '' : `; also ${all}`})`;
}

/** `services.yaml: 2 to issue, 1 orphaned, 40 unchanged; 3 services managed by hand`. */
export function formatApplySummary(outcome: ApplyOutcome): string {
  const { path, dryRun, steps, byHand } = outcome;
  const { counts, notDeployed } = countsOf(outcome);
  const words = (Object.keys(WORDS) as Action[]).flatMap(action =>
    counts[action] === undefined ? [] : [`${counts[action]} ${WORDS[action][dryRun ? 'toDo' : 'counted']}`],
  );
  const file = path === '-' ? 'the services file' : path;
  const isQuiet = notDeployed === 0 && steps.every(step => !isChange(step) && !isStuck(step));
  const nothing = isQuiet ? ['nothing to change'] : [];
  const pending = notDeployed === 0 ? [] : [`${notDeployed} ${NOT_DEPLOYED}`];
  const hand = byHand === 0 ? '' : `; ${plural(byHand, 'service')} managed by hand`;
  return `${file}: ${[...nothing, ...words, ...pending].join(', ')}${hand}`;
}

/** Counts the steps; a `deploy` step that failed counts as not deployed only. */
function countsOf({ steps, deployed }: ApplyOutcome) {
  const problems = problemsOf(deployed);
  const counts: Partial<Record<Action, number>> = {};
  for (const { action, service } of steps) {
    if (action !== 'deploy' || !problems.has(service)) counts[action] = (counts[action] ?? 0) + 1;
  }
  return { counts, notDeployed: problems.size };
}

function jsonOf(step: ApplyStep) {
  const { service } = step;
  if (step.action === 'update') {
    const { action, line, changes, deploys } = step;
    return { service, action, line, changes, deploys };
  }
  if (step.action !== 'issue' && step.action !== 'csr-needed') {
    const { service: _, ...rest } = step;
    return { service, ...rest };
  }
  const { spec, service: _, ...rest } = step;
  return { service, ...rest, ...spec };
}
