// Formats a tick or its plan: the actions, the failures and the findings of the check.
// `tick` prints it. It decides nothing, except whether a tick changed anything.
import type { PartReport } from '../run/tick.ts';
import type { TickAction } from '../rules/action.ts';
import { checkView, type CheckReport } from '../../monitoring/view/check.ts';
import type { FINDING } from '../../monitoring/view/documents.ts';
import type { ACTION, FAILURE, TICK } from './documents.ts';
import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';
import { formatRelativeTime } from '../../view/relative-time.ts';
import type { Terminal } from '../../view/terminal.ts';
import { visible } from '../../view/visible.ts';

/** Formats a tick. The table is empty if nothing was done and there are no findings: cron mails all output. */
export function tickView(
  reports: readonly PartReport[],
  report: CheckReport | undefined,
  now: Date,
  terminal: Terminal,
): View<typeof TICK, typeof ACTION | typeof FAILURE | typeof FINDING> {
  const check = report && checkView(report, terminal);
  const hasFindings = report !== undefined && report.findings.length > 0;
  const [actions, failures] = [actionsOf(reports), failuresOf(reports)];
  return {
    table: () => formatActions(reports, now, 'done') + (hasFindings ? check!.table() : ''),
    json: () => ({
      kind: 'tick',
      value: {
        ...{ at: now, dryRun: false, changed: hasChanged(reports), actions, failures },
        ...(check && { check: check.json().value }),
      },
    }),
    jsonl: () => [
      ...actions.map(action => ({ kind: 'action' as const, value: { at: now, dryRun: false, ...action } })),
      ...failures.map(failure => ({ kind: 'failure' as const, value: { at: now, dryRun: false, ...failure } })),
      ...(check?.jsonl() ?? []),
    ],
  };
}

/** Formats the plan of a tick; unlike a tick, an empty plan prints a line. */
export function tickPlanView(
  reports: readonly PartReport[],
  now: Date,
): View<typeof TICK, typeof ACTION | typeof FAILURE> {
  const [actions, failures] = [actionsOf(reports), failuresOf(reports)];
  return {
    table: () => (actions.length + failures.length === 0 ? 'nothing is due\n' : formatActions(reports, now, 'planned')),
    json: () => ({ kind: 'tick', value: { at: now, dryRun: true, changed: false, actions, failures } }),
    jsonl: () => [
      ...actions.map(action => ({ kind: 'action' as const, value: { at: now, dryRun: true, ...action } })),
      ...failures.map(failure => ({ kind: 'failure' as const, value: { at: now, dryRun: true, ...failure } })),
    ],
  };
}

/** True if any action changed something; a deployment that is still pending did not. */
export const hasChanged = (reports: readonly PartReport[]): boolean =>
  reports.some(({ actions }) => actions.some(({ kind }) => kind.changes));

const actionsOf = (reports: readonly PartReport[]) =>
  reports.flatMap(({ actions }) =>
    actions.map(({ kind: { name, of }, subject, serial, number, until, detail }) => ({
      ...{ action: name, ...(of !== 'bundle' && { [of === 'home' ? 'path' : of]: subject }), serial, number },
      ...{ [number === undefined ? 'notAfter' : 'nextUpdate']: until, detail },
    })),
  );

const failuresOf = (reports: readonly PartReport[]) =>
  reports.flatMap(({ part, failures }) => failures.map(({ code, message }) => ({ part, code, message })));

function formatActions(reports: readonly PartReport[], now: Date, tense: 'done' | 'planned'): string {
  const rows = reports.flatMap(({ actions }) => actions.map(action => rowOf(action, now, tense)));
  const [verb, subject] = [0, 1].map(column => Math.max(0, ...rows.map(row => row[column]!.length)));
  return rows.map(row => `${row[0]!.padEnd(verb!)}  ${row[1]!.padEnd(subject!)}  ${row[2]!}`.trimEnd() + '\n').join('');
}

const rowOf = (
  { kind, subject, serial, number, until, detail }: TickAction,
  now: Date,
  tense: 'done' | 'planned',
): readonly string[] => [
  kind[tense],
  visible(subject),
  [
    ...(serial === undefined ? [] : [serial]),
    ...(number === undefined ? [] : [`number ${number}`]),
    ...(until === undefined ? [] : [`expires ${formatInstant(until)} (${formatRelativeTime(until, now)})`]),
    ...(detail === undefined ? [] : [visible(detail)]),
  ].join('  '),
];
