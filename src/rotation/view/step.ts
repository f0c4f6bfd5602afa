/** Puts the outcome of a step and of an acknowledgement into a table and JSON. It decides nothing. */
import { REMEDIES } from '../../errors/remedy.ts';
import type { AckOutcome } from '../run/acknowledge.ts';
import type { RotateOutcome } from '../run/step.ts';
import type { Successor } from '../rules/successor.ts';
import type { RotationStep } from '../rules/step.ts';
import { formatFacts } from '../../view/facts.ts';
import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';
import type * as documents from './documents.ts';
import { visible } from '../../view/visible.ts';
import { plural } from '../../text/plural.ts';
import { nextFacts, phaseText } from './status.ts';

const DONE: Readonly<Record<RotationStep, readonly [done: string, planned: string]>> = {
  prepare: ['prepared', 'would prepare'],
  publish: ['published', 'would publish'],
  activate: ['activated', 'would activate'],
  drain: ['draining', 'would drain'],
  retire: ['retired', 'would retire'],
  rollback: ['rolled back', 'would roll back'],
};

type StepDocument =
  | typeof documents.CA_ROTATE_PREPARE
  | typeof documents.CA_ROTATE_PUBLISH
  | typeof documents.CA_ROTATE_ACTIVATE
  | typeof documents.CA_ROTATE_DRAIN
  | typeof documents.CA_ROTATE_RETIRE
  | typeof documents.CA_ROTATE_ROLLBACK;

/** Formats the result of one step of a rotation, taken or only planned. */
export function rotateView(outcome: RotateOutcome, now: Date): View<StepDocument> {
  const { step, dryRun, changed, successor, request, retired, gates, services, failed, status, command } = outcome;
  const kind = `ca-rotate-${step}` as const;
  const value = {
    dryRun,
    changed,
    ...(successor && { successor: successorOf(successor) }),
    ...(request !== undefined && { request }),
    retired,
    gates,
    services,
    failed: failed.map(({ service, error }) => ({ service, code: error.code })),
    status,
  };
  return {
    table: () => {
      const [done, planned] = DONE[step];
      const label = dryRun ? planned : !changed ? 'unchanged' : request === undefined ? done : 'requested';
      return formatFacts([
        [label, subjectOf(outcome)],
        ...(successor ? successorFacts(successor) : []),
        ...(request === undefined ? [] : [['request', visible(request)] as const]),
        ...(services.length > 0 ? [['new files', `for ${plural(services.length, 'service')}`] as const] : []),
        ...(failed.length > 0 ? [['not written', failed.map(({ service }) => service).join(', ')] as const] : []),
        ['phase', phaseText(status, now)],
        // a rotation that is over asks for no other
        ...(step === 'retire' && status.phase === 'none'
          ? []
          : command
            ? [['next', command] as const]
            : nextFacts(status, now)),
      ]);
    },
    json: () => ({ kind, value }),
    jsonl: () => [{ kind, value }],
  };
}

function subjectOf({ step, successor, retired, status }: RotateOutcome): string {
  if (successor !== undefined) return `${successor.planned.id}, the successor of ${successor.from.id}`;
  if (step === 'retire') return retired.length === 0 ? 'there is no CA to retire' : retired.join(', ');
  if (status.to === undefined) return `${status.from} is the active CA`;
  return step === 'drain'
    ? `${status.from}, replaced by ${status.to}`
    : `${status.to}, the successor of ${status.from}`;
}

const successorOf = ({ planned, from, above, crosses }: Successor) => ({
  ca: planned.id,
  replaces: from.id,
  keyAlgorithm: planned.keyAlgorithm,
  keyLocation: planned.keyLocation,
  notBefore: planned.notBefore,
  notAfter: planned.notAfter,
  issuedBy: above?.id ?? planned.id,
  crossSigned: crosses.map(({ subject, by }) => ({
    ca: nameOf(subject, planned.id),
    issuedBy: nameOf(by, planned.id),
  })),
});

const nameOf = (authority: 'successor' | { readonly id: string }, successor: string): string =>
  authority === 'successor' ? successor : authority.id;

function successorFacts({ planned, above, crosses }: Successor): readonly (readonly [label: string, value: string])[] {
  const also = crosses.map(({ subject, by }) => `${nameOf(subject, planned.id)} by ${nameOf(by, planned.id)}`);
  return [
    ['key', `${planned.keyAlgorithm}, ${planned.keyLocation === 'file' ? 'in the home' : 'offline'}`],
    ['issued by', above?.id ?? 'itself'],
    above?.keyLocation === 'foreign'
      ? ['needed', `a certificate from the holder of ${above.id}, planned until ${formatInstant(planned.notAfter)}`]
      : ['expires', formatInstant(planned.notAfter)],
    ...(also.length > 0 ? [['cross-signed', also.join(', ')] as const] : []),
  ];
}

/** Says whether the gate that waits for loaded consumers counts it, too. */
function reloadText(reported: NonNullable<AckOutcome['consumer']>, consumer: string): string {
  if (reported === 'loaded') return 'recorded';
  const remedy = reported === 'hook' ? REMEDIES.reloadPending({ consumer }) : REMEDIES.reloadReported({ consumer });
  return `not recorded; for its CRLs: ${remedy}`;
}

export function acknowledgementView({
  acknowledgement,
  changed,
  consumer,
}: AckOutcome): View<typeof documents.CA_ROTATE_ACK> {
  const value = { changed, ...acknowledgement, ...(consumer && { consumer }) };
  return {
    table: () =>
      formatFacts([
        [changed ? 'acknowledged' : 'unchanged', acknowledgement.verifier],
        ['sequence', String(acknowledgement.sequence)],
        ['at', formatInstant(acknowledgement.at)],
        ['reported by', acknowledgement.source === 'probe' ? 'the server' : 'the operator'],
        ['reload', consumer && reloadText(consumer, acknowledgement.verifier)],
      ]),
    json: () => ({ kind: 'ca-rotate-ack', value }),
    jsonl: () => [{ kind: 'ca-rotate-ack', value }],
  };
}
