/** Puts the timetable and the proof of a rotation into a table and JSON, for `ca rotate plan`. It judges nothing. */
import type { RotationPlan } from '../run/plan.ts';
import type { ProvenRotation } from '../run/prove.ts';
import { counterexampleText } from '../../verifiers/rules/counterexample-text.ts';
import type { Counterexample } from '../../verifiers/rules/proof.ts';
import { allVerify, type Gate } from '../rules/gate.ts';
import { issuingGapText, type IssuingGap } from '../rules/issuing-gap.ts';
import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';
import type { CA_ROTATE_PLAN } from './documents.ts';
import { formatRelativeTime } from '../../view/relative-time.ts';
import { formatTable, type Cell } from '../../view/table.ts';
import { visible } from '../../view/visible.ts';

/** The number of counterexamples that the table lists. */
const MOST = 5;

/** Formats the timetable of a rotation and the result of its proof. */
export function rotationProofView(proof: RotationPlan, now: Date): View<typeof CA_ROTATE_PLAN> {
  const { fromId, toId, timetable, checked, counterexamples, gaps, remedy, gates } = proof;
  const steps = Object.values(timetable);
  const value = {
    from: fromId,
    to: toId,
    timetable: steps,
    gates,
    proof: {
      checked,
      failed: failedOf(counterexamples),
      gaps: gaps.map(gapValue),
      counterexamples: counterexamples.map(counterexampleValue),
      ...(remedy !== undefined && { remedy }),
    },
  };
  return {
    table: () =>
      `${fromId} is replaced by ${toId}\n\n` +
      formatTable(
        ['STEP', 'NOT BEFORE', 'DUE', 'LATEST SAFE'],
        steps.map(({ step, doneAt, earliest, due, latest }): readonly Cell[] =>
          doneAt === undefined
            ? [
                step,
                formatInstant(earliest),
                instantCell(due, now),
                latest === undefined ? '-' : instantCell(latest, now),
              ]
            : [step, '-', `done ${formatInstant(doneAt)}`, '-'],
        ),
        0,
      ) +
      `\n${proofText(proof)}${gatesText(gates)}`,
    json: () => ({ kind: 'ca-rotate-plan', value }),
    jsonl: () => [{ kind: 'ca-rotate-plan', value }],
  };
}

const instantCell = (instant: Date, now: Date): string =>
  `${formatInstant(instant)} (${formatRelativeTime(instant, now)})`;

/** Names the closed gates of the first step; the proof has its own lines. */
const gatesText = (gates: readonly Gate[]): string =>
  gates
    .filter(({ open, name }) => !open && name !== 'proof')
    .map(
      ({ name, message, remedy }) =>
        `${name}: ${visible(message)}\n${remedy === undefined ? '' : `remedy: ${visible(remedy)}\n`}`,
    )
    .join('');

function proofText({ toId, checked, counterexamples, gaps, remedy }: ProvenRotation): string {
  const handshakes =
    counterexamples.length === 0
      ? allVerify(checked)
      : `at least ${failedOf(counterexamples)} of ${checked} combinations fail`;
  const texts = [...gaps.map(issuingGapText), ...counterexamples.map(counterexampleText)];
  const more = texts.length - MOST;
  return [
    `proof: ${handshakes}${gaps.length > 0 ? `; ${toId} cannot issue everything that is required` : ''}`,
    ...texts.slice(0, MOST).map(each => `  ${visible(each)}`),
    ...(more > 0 ? [`  and ${more} more; -o json lists all`] : []),
    ...(remedy === undefined ? [] : [`remedy: ${visible(remedy)}`]),
    '',
  ].join('\n');
}

/** Returns a lower bound of the failed combinations. A handshake may fail in both directions, so the larger count is used. */
const failedOf = (counterexamples: readonly Counterexample[]): number =>
  (['client', 'server'] as const)
    .map(role => counterexamples.filter(({ verifier }) => verifier === role))
    .reduce(
      (most, list) =>
        Math.max(
          most,
          list.reduce((sum, { combinations }) => sum + combinations, 0),
        ),
      0,
    );

function gapValue(gap: IssuingGap) {
  const { kind: _, authority, authorityNotAfter, ...rest } = gap;
  const value = { ca: authority, notAfter: authorityNotAfter, message: issuingGapText(gap) };
  if (!('ttl' in rest)) return { ...value, ...rest };
  const { services, example, ...others } = rest;
  return { ...value, ...others, serviceCount: services, ...(example !== undefined && { service: example }) };
}

function counterexampleValue(counterexample: Counterexample) {
  const { kind, client, server, ...rest } = counterexample;
  return {
    ...rest,
    fault: kind,
    client: peerValue(client),
    server: peerValue(server),
    message: counterexampleText(counterexample),
  };
}

const peerValue = ({ example, latestNotAfter, ...rest }: Counterexample['client']) => ({
  ...rest,
  service: example,
  notAfter: latestNotAfter,
});
