// Formats the status of a rotation: phase, next step and gates with their remedies, as a table and as JSON.
// `ca rotate status` prints it, and each step prints its next line with it. It decides nothing.
import { REMEDIES } from '../../errors/remedy.ts';
import type { Gate } from '../rules/gate.ts';
import type { RotationSchedule } from '../rules/outlook.ts';
import type { RotationStatus } from '../rules/status.ts';
import { formatFacts } from '../../view/facts.ts';
import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';
import type { CA_ROTATE_STATUS } from './documents.ts';
import { formatRelativeTime } from '../../view/relative-time.ts';
import { formatTable } from '../../view/table.ts';
import type { Terminal } from '../../view/terminal.ts';

export function rotationStatusView(
  status: RotationStatus,
  schedule: RotationSchedule,
  now: Date,
  { columns, colours }: Terminal,
): View<typeof CA_ROTATE_STATUS> {
  const { tier, from, to, sequence, gates, unfinished, contradictions, leftovers } = status;
  const { mode, due: dueAt, unneededKeys } = schedule;
  const value = { ...status, mode, dueAt, unneededKeys };
  const gateTable = (list: readonly Gate[]) =>
    formatTable(
      ['GATE', 'STATE', 'MESSAGE', 'REMEDY'],
      list.map(({ name, open, message, remedy = '' }) => [
        name,
        open ? { text: 'open', paint: colours.green } : { text: 'closed', paint: colours.yellow },
        message,
        remedy,
      ]),
      columns,
    );
  return {
    table: () =>
      [
        formatFacts([
          ['tier', tier],
          ['phase', phaseText(status, now)],
          ['from', from],
          ['to', to],
          ['sequence', sequence?.toString()],
          ...unfinished.map(each => ['unfinished', each] as const),
          ...contradictions.map(each => ['contradiction', each] as const),
          ...nextFacts(status, now, schedule),
          ...schedule.unneededKeys.map(ca => ['key to destroy', REMEDIES.keyUnneeded({ ca })] as const),
        ]),
        gateTable(gates),
        ...leftovers.map(
          each => `${each.ca} was rolled back; gates before it can be retired:\n${gateTable(each.gates)}`,
        ),
      ].join('\n'),
    json: () => ({ kind: 'ca-rotate-status', value }),
    jsonl: () => [{ kind: 'ca-rotate-status', value }],
  };
}

export const phaseText = ({ phase, since }: RotationStatus, now: Date): string =>
  since === undefined
    ? 'no rotation is in progress'
    : `${phase} since ${formatInstant(since)} (${formatRelativeTime(since, now)})`;

/** Names the command of the next step, alone in its line, and the time or the gates that it waits for. */
export function nextFacts(
  { tier, phase, next, gates, allowedFrom }: RotationStatus,
  now: Date,
  schedule?: RotationSchedule,
): readonly (readonly [label: string, value: string])[] {
  if (phase === 'requested') return [['next', REMEDIES.successorPending()]];
  const due = schedule?.due;
  const dueText = due && `${formatInstant(due)} (${formatRelativeTime(due, now)})`;
  const steps =
    schedule?.mode === 'auto'
      ? [['tick', `takes step ${next} when its gates are open${dueText ? `, from ${dueText}` : ''}`] as const]
      : dueText === undefined
        ? []
        : [['due', dueText] as const];
  // a command that is not due yet would be a hint to rotate again
  if (phase === 'none' && due !== undefined && due > now) return steps;
  const command = ['next', REMEDIES.rotationStep({ step: next, tier })] as const;
  return [...steps, ...commandFacts(command, gates, allowedFrom, now)];
}

function commandFacts(
  command: readonly [label: string, value: string],
  gates: RotationStatus['gates'],
  allowedFrom: Date | undefined,
  now: Date,
): readonly (readonly [label: string, value: string])[] {
  if (allowedFrom === undefined) {
    const shut = gates.filter(({ open }) => !open).map(({ name }) => name);
    return [command, ['waits for', `gates ${shut.join(', ')}`]];
  }
  if (allowedFrom <= now) return [command];
  return [command, ['waits for', `${formatInstant(allowedFrom)} (${formatRelativeTime(allowedFrom, now)})`]];
}
