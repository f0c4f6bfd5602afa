// Formats the status of a rotation: phase, next step and gates with their remedies, as a table and as JSON.
// `ca rotate status` prints it, and each step prints its next line with it. It decides nothing.
import { REMEDIES } from '../../errors/remedy.ts';
import type { Gate } from '../rules/gate.ts';
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
  now: Date,
  { columns, colours }: Terminal,
): View<typeof CA_ROTATE_STATUS> {
  const { tier, from, to, sequence, gates, unfinished, contradictions, leftovers } = status;
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
          ...nextFacts(status, now),
        ]),
        gateTable(gates),
        ...leftovers.map(
          each => `${each.ca} was rolled back; gates before it can be retired:\n${gateTable(each.gates)}`,
        ),
      ].join('\n'),
    json: () => ({ kind: 'ca-rotate-status', value: status }),
    jsonl: () => [{ kind: 'ca-rotate-status', value: status }],
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
): readonly (readonly [label: string, value: string])[] {
  if (phase === 'requested') return [['next', REMEDIES.successorPending()]];
  const command = ['next', REMEDIES.rotationStep({ step: next, tier })] as const;
  if (allowedFrom === undefined) {
    const shut = gates.filter(({ open }) => !open).map(({ name }) => name);
    return [command, ['waits for', `gates ${shut.join(', ')}`]];
  }
  if (allowedFrom <= now) return [command];
  return [command, ['waits for', `${formatInstant(allowedFrom)} (${formatRelativeTime(allowedFrom, now)})`]];
}
