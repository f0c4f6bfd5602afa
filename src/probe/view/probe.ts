// Formats the results of a probe, and derives the state of each server, which decides the exit status of `probe`.
// Only that command calls it. The JSON has every serial number in full, the table its first eight digits.
import type { ClientOutcome } from '../rules/served-verdict.ts';
import type { Probe } from '../run/probe.ts';
import type { PROBE, SERVER } from './documents.ts';
import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';
import { formatRelativeTime } from '../../view/relative-time.ts';
import { formatTable } from '../../view/table.ts';
import type { Terminal } from '../../view/terminal.ts';

/** `good`, or the severity of the worst finding. */
type State = 'good' | 'warning' | 'critical' | 'unreachable';

export function probeState({ findings, problem }: Probe): State {
  if (problem !== undefined) return 'unreachable';
  return findings[0]?.severity ?? 'good';
}

/** The client of a probe. */
interface ProbeClient {
  /** Service whose certificate was presented. */
  readonly as?: string | undefined;
  /** Path of the HTTP request. */
  readonly httpPath?: string | undefined;
}

export function probeView(
  probes: readonly Probe[],
  client: ProbeClient,
  now: Date,
  terminal: Terminal,
): View<typeof PROBE, typeof SERVER> {
  return {
    table: () => tables(probes, client.as, now, terminal),
    json: () => ({ kind: 'probe', value: { at: now, ...client, servers: probes.map(plain) } }),
    jsonl: () => probes.map(probe => ({ kind: 'server', value: { at: now, ...client, ...plain(probe) } })),
  };
}

function tables(probes: readonly Probe[], as: string | undefined, now: Date, { colours, columns }: Terminal): string {
  const paints = { good: colours.green, warning: colours.yellow, critical: colours.red, unreachable: colours.red };
  const servers = probes.map(probe => {
    const state = probeState(probe);
    const { shown, service = '', address } = probe;
    const until = shown?.notAfter && `${formatInstant(shown.notAfter)} ${formatRelativeTime(shown.notAfter, now)}`;
    const served = shown?.served ?? '';
    return [
      ...[service, address, { text: state, paint: paints[state] }],
      ...[brief(probe.issued), brief(probe.deployed), brief(served), until ?? '', clientsText(probe, as)],
    ];
  });
  const findings = probes.flatMap(probe => {
    const subject = probe.service ?? probe.address;
    if (probe.problem !== undefined) {
      return [[subject, 'unreachable', probe.problem.message, probe.problem.hints[0] ?? '']];
    }
    return probe.findings.map(({ name, message, remedy = '' }) => [subject, name, message, remedy]);
  });
  const header = ['SERVICE', 'ADDRESS', 'STATE', 'ISSUED', 'DEPLOYED', 'SERVED', 'EXPIRES', 'CLIENT CERTIFICATES'];
  const first = formatTable(header, servers, columns);
  if (findings.length === 0) return first;
  return `${first}\n${formatTable(['SUBJECT', 'FINDING', 'MESSAGE', 'REMEDY'], findings, columns)}`;
}

const brief = (serial: string | undefined): string => (serial === undefined ? '' : serial.slice(0, 8));

function clientsText({ shown }: Probe, as: string | undefined): string {
  if (shown === undefined) return '';
  const from =
    shown.clientCas === undefined
      ? 'not requested'
      : shown.clientCas.length === 0
        ? 'requested'
        : `issued by ${shown.clientCas.join(', ')}`;
  if (shown.client === undefined) return shown.clientCas === undefined ? from : `${from} (not tested: --as)`;
  return `${from}; ${outcomeText(shown.client, as)}`;
}

function outcomeText(outcome: ClientOutcome, as: string | undefined): string {
  const to = as === undefined ? '' : ` to ${as}`;
  switch (outcome.kind) {
    case 'completed':
      return `handshake completed${as === undefined ? '' : ` with ${as}`}`;
    case 'answered':
      return `answered ${outcome.status}${to}`;
    case 'rejected':
      return `${as ?? 'a client without a certificate'} rejected`;
    case 'unanswered':
      return `no answer${to}`;
  }
}

const plain = (probe: Probe) => {
  const { problem, shown: all, ...rest } = probe;
  const { chain: _, ...shown }: Partial<NonNullable<Probe['shown']>> = all ?? {};
  return {
    ...rest,
    ...shown,
    client: shown.client?.kind,
    httpStatus: shown.client !== undefined && 'status' in shown.client ? shown.client.status : undefined,
    state: probeState(probe),
    problem: problem && { code: problem.code, message: problem.message, hints: problem.hints },
  };
};
