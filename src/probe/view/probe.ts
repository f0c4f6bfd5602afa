// Formats the results of a probe, and derives the state of each server, which decides the exit status of `probe`.
// Only that command calls it. The JSON has every serial number in full, the table its first eight digits.
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

/** Formats the results. `as`: the service whose certificate was presented. */
export function probeView(
  probes: readonly Probe[],
  as: string | undefined,
  now: Date,
  terminal: Terminal,
): View<typeof PROBE, typeof SERVER> {
  return {
    table: () => tables(probes, as, now, terminal),
    json: () => ({ kind: 'probe', value: { at: now, as, servers: probes.map(plain) } }),
    jsonl: () => probes.map(probe => ({ kind: 'server', value: { at: now, as, ...plain(probe) } })),
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

function clientsText({ shown, findings }: Probe, as: string | undefined): string {
  if (shown === undefined) return '';
  if (shown.clientCas === undefined) return 'not requested';
  const from = shown.clientCas.length === 0 ? 'requested' : `issued by ${shown.clientCas.join(', ')}`;
  if (as === undefined) return `${from} (not tested: --as)`;
  return `${from}; ${as} ${findings.some(({ name }) => name === 'client-refused') ? 'rejected' : 'accepted'}`;
}

const plain = (probe: Probe) => {
  const { problem, shown, ...rest } = probe;
  return {
    ...rest,
    ...shown,
    state: probeState(probe),
    problem: problem && { code: problem.code, message: problem.message, hints: problem.hints },
  };
};
