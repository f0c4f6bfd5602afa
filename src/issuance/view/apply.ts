// Answers: how does `apply` report its steps, as a table and as JSON, and which remedy does a step have?
// Called by the command and by the GitHub output, which shares its words. It decides nothing.

import { REMEDIES } from '../../errors/remedy.ts';
import type { ApplyOutcome } from '../run/apply-run.ts';
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

/** What is said of a step before and after it is done, and of so many of them. */
const WORDS: Readonly<Record<Action, Readonly<Record<'planned' | 'done' | 'toDo' | 'counted', string>>>> = {
  issue: { planned: 'would issue', done: 'issued', toDo: 'to issue', counted: 'issued' },
  update: { planned: 'would update', done: 'updated', toDo: 'to update', counted: 'updated' },
  deploy: { planned: 'would deploy', done: 'deployed', toDo: 'to deploy', counted: 'deployed' },
  wait: { planned: 'waits', done: 'waits', toDo: 'waiting', counted: 'waiting' },
  'bring-key': { planned: 'cannot issue', done: 'not issued', toDo: 'that need a request', counted: 'not issued' },
  withdrawn: { planned: 'left alone', done: 'left alone', toDo: 'withdrawn', counted: 'withdrawn' },
  prune: { planned: 'would prune', done: 'pruned', toDo: 'to prune', counted: 'pruned' },
  orphan: { planned: 'orphan', done: 'orphan', toDo: 'orphaned', counted: 'orphaned' },
  keep: { planned: 'unchanged', done: 'unchanged', toDo: 'unchanged', counted: 'unchanged' },
};

/** Everything that is not as the file says, and a count of the rest. */
export function applyView(outcome: ApplyOutcome, now: Date): View {
  const { path, dryRun, steps, byHand, issued, deployed, crls } = outcome;
  const serials = new Map(issued.map(({ service, serial, notAfter }) => [service, { serial, notAfter }]));
  const problems = problemsOf(deployed);
  const services = steps.map(step => {
    const problem = problems.get(step.service);
    return {
      ...jsonOf(step),
      ...serials.get(step.service),
      ...(problem !== undefined && { deployment: 'pending', problem }),
    };
  });
  const { counts, notDeployed } = countsOf(outcome);
  const summary = { ...counts, ...(notDeployed > 0 && { notDeployed }), byHand };
  const value = { dryRun, file: path, summary, services, crls };
  return {
    table: () => {
      const rows = steps.flatMap(step => {
        if (step.action === 'keep') return [];
        const made = serials.get(step.service);
        const until = made === undefined ? '' : `${made.serial}  until ${formatInstant(made.notAfter)}  `;
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
    jsonl: () => services.map(value => ({ kind: 'apply', value: { dryRun, file: path, ...value } })),
  };
}

/** What each deployment failed of that is pending still, by service. */
export const problemsOf = (deployed: readonly Deployed[]): ReadonlyMap<string, string> =>
  new Map(deployed.flatMap(({ service, problem }) => (problem === undefined ? [] : [[service, problem] as const])));

/** `problem`: of its deployment, when that failed. */
export function verbOf({ action }: ApplyStep, dryRun: boolean, problem: string | undefined): string {
  if (action === 'deploy' && problem !== undefined) return NOT_DEPLOYED;
  return WORDS[action][dryRun ? 'planned' : 'done'];
}

const NOT_DEPLOYED = 'not deployed';

/** Why, or what is to be done about it. */
export function describeStep(step: ApplyStep, now: Date): string {
  switch (step.action) {
    case 'issue':
      return `${step.spec.spiffeId}  ${why(step)}${inSpite(step.tooLate)}`;
    case 'bring-key':
      return `${why(step)}, and its key is on its own host`;
    case 'wait':
      return `for its window, which opens at ${formatInstant(step.until)} (${formatRelativeTime(step.until, now)}): ${ISSUE_REASONS[step.reason].words}`;
    case 'withdrawn':
      return `its certificate was revoked (${step.revokedFor}), though the file names it`;
    case 'update':
      return step.changes.join(', ');
    case 'deploy':
      return 'its newest certificate was not deployed yet';
    case 'keep':
      return `until ${formatInstant(step.notAfter)} (${formatRelativeTime(step.notAfter, now)})`;
    case 'orphan':
    case 'prune': {
      const what =
        step.action === 'prune' ? 'the file does not name it' : 'the file does not name it: --prune revokes it';
      if (step.notAfter === undefined) return `${what}; it has no valid certificate`;
      return `${what}; valid until ${formatInstant(step.notAfter)} (${formatRelativeTime(step.notAfter, now)})`;
    }
  }
}

const inSpite = (tooLate: Date | undefined): string =>
  tooLate === undefined ? '' : `, although its window opens at ${formatInstant(tooLate)}: that is too late`;

/** What somebody has to do who reads it; undefined when nobody has to. */
export function remedyOf(step: ApplyStep): string | undefined {
  if (step.action === 'withdrawn')
    return `take ${step.service} out of the file, or: ${REMEDIES.certificateMissing(step)}`;
  if (step.action === 'bring-key') return `bring a request: ${REMEDIES.requestNeeded(step)}${flagsOf(step.spec)}`;
  return undefined;
}

/** What describes a service to `issue`, as far as it is not the default. */
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

function why({ reason, changes }: Extract<ApplyStep, { action: 'issue' | 'bring-key' }>): string {
  const all = changes.join(', ');
  if (reason === 'spec-changed') return `(it changed: ${all})`;
  return `(${ISSUE_REASONS[reason].words}${all === '' ? '' : `; also ${all}`})`;
}

/** `services.yaml: 2 to issue, 1 orphaned, 40 unchanged; 3 services are kept by hand`. */
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
  const hand = byHand === 0 ? '' : `; ${plural(byHand, 'service')} kept by hand`;
  return `${file}: ${[...nothing, ...words, ...pending].join(', ')}${hand}`;
}

/** A deployment that was all there was to do, and failed, is not done. */
function countsOf({ steps, deployed }: ApplyOutcome) {
  const problems = problemsOf(deployed);
  const counts: Partial<Record<Action, number>> = {};
  for (const { action, service } of steps) {
    if (action !== 'deploy' || !problems.has(service)) counts[action] = (counts[action] ?? 0) + 1;
  }
  return { counts, notDeployed: problems.size };
}

function jsonOf(step: ApplyStep): object {
  const { service, action, ...rest } = step;
  if (step.action === 'update') {
    const { line, changes, deploys } = step;
    return { service, action, line, changes, deploys };
  }
  if (step.action !== 'issue' && step.action !== 'bring-key') return { service, action, ...rest };
  const { spec, service: _, ...more } = step;
  return { service, ...more, ...spec };
}
