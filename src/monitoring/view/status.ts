// Formats `status`: the CAs, the services with their certificates, the pending deployments, the consumers and the last hook runs.
// Only that command calls it. It judges nothing: the states come from `rules/status.ts`, `ca/rules/status.ts` and `check`.
import type { ConsumerStatus } from '../rules/consumer-status.ts';
import type { ServiceStatus } from '../rules/status.ts';
import type { HookRun } from '../../record/deployment.ts';
import { formatHookRuns } from '../../deployment/view/hook-run.ts';
import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';
import { formatRelativeTime } from '../../view/relative-time.ts';
import { durationText } from '../../time/duration.ts';
import { describeFinding } from './finding.ts';
import { formatTable, type Cell } from '../../view/table.ts';
import type { Terminal } from '../../view/terminal.ts';
import { visible } from '../../view/visible.ts';
import type { AuthorityStatus } from '../../ca/rules/status.ts';
import type { CA } from '../../ca/view/documents.ts';
import { formatAuthorities, withRelative } from '../../ca/view/list.ts';
import type { CONSUMER, SERVICE, STATUS } from './documents.ts';

export interface Status {
  readonly trustDomain: string;
  readonly cas: readonly AuthorityStatus[];
  readonly services: readonly ServiceStatus[];
  readonly consumers: readonly ConsumerStatus[];
  /** Last hook runs of the services that were selected on the command line. */
  readonly hooks: readonly { readonly service: string; readonly runs: readonly HookRun[] }[];
}

export function statusView(
  status: Status,
  now: Date,
  terminal: Terminal,
): View<typeof STATUS, typeof CA | typeof SERVICE | typeof CONSUMER> {
  return {
    table: () =>
      `${formatAuthorities(status.cas, now, terminal)}\n${formatServices(status.services, now, terminal)}` +
      formatPending(status.services) +
      formatConsumers(status.consumers, now, terminal) +
      status.hooks.flatMap(({ service, runs }) => formatHookRuns(service, runs)).join(''),
    json: () => ({
      kind: 'status',
      value: { at: now, ...status, consumers: status.consumers.map(each => consumerDocument(each, now)) },
    }),
    jsonl: () => [
      ...status.cas.map(value => ({ kind: 'ca' as const, value })),
      ...status.services.map(value => ({ kind: 'service' as const, value })),
      ...status.consumers.map(each => ({ kind: 'consumer' as const, value: consumerDocument(each, now) })),
    ],
  };
}

function formatServices(services: readonly ServiceStatus[], now: Date, { colours, columns }: Terminal): string {
  if (services.length === 0) return 'no services yet\n';
  const paint = {
    none: colours.dim,
    'not-yet-valid': colours.red,
    valid: colours.green,
    due: colours.yellow,
    expired: colours.red,
    revoked: colours.dim,
  };
  const rows = services.map((service): Cell[] => [
    service.service,
    service.spiffeId,
    service.serial?.slice(0, 8) ?? '',
    { text: service.deploymentPending ? `${service.state}, not deployed` : service.state, paint: paint[service.state] },
    withRelative(service.notAfter, now),
    service.renewAt === undefined ? '' : formatInstant(service.renewAt),
    service.ca ?? '',
  ]);
  return formatTable(['SERVICE', 'SPIFFE ID', 'SERIAL', 'STATE', 'EXPIRES', 'RENEW AT', 'CA'], rows, columns);
}

/** Formats a line for each pending deployment: the certificate that is deployed until then, and the problem. */
function formatPending(services: readonly ServiceStatus[]): string {
  const lines = services.flatMap(({ service, deployedSerial, problem, deploymentPending }) => {
    if (!deploymentPending) return [];
    const deployed =
      deployedSerial === undefined ? 'no certificate is deployed' : `${deployedSerial.slice(0, 8)} is still deployed`;
    return [`${visible(`${service}: ${deployed}${problem === undefined ? '' : `; ${problem}`}`)}\n`];
  });
  return lines.length === 0 ? '' : `\n${lines.join('')}`;
}

/** Formats a table of the consumers and a line for each problem. Empty if all are services without a hook and a problem. */
function formatConsumers(consumers: readonly ConsumerStatus[], now: Date, { colours, columns }: Terminal): string {
  if (consumers.every(({ reload, finding }) => reload === 'undeclared' && finding === undefined)) return '';
  const paint = {
    loaded: colours.green,
    assumed: colours.dim,
    pending: colours.dim,
    warning: colours.yellow,
    critical: colours.red,
  };
  const distance = (instant: Date | undefined): string =>
    instant === undefined ? '' : formatRelativeTime(instant, now);
  const rows = consumers.map(({ consumer, reload, everySeconds, state, loadedAt, crlEnd }): Cell[] => [
    consumer,
    everySeconds === undefined ? reload : `${reload}, every ${durationText(everySeconds)}`,
    distance(loadedAt),
    distance(crlEnd),
    { text: state, paint: paint[state] },
  ]);
  const table = formatTable(['CONSUMER', 'RELOAD', 'LOADED', 'CRL EXPIRES', 'STATE'], rows, columns);
  const problems = consumers.flatMap(({ consumer, finding }) =>
    finding === undefined ? [] : [`${visible(`${consumer}: ${describeFinding(finding, now).message}`)}\n`],
  );
  return `\n${table}${problems.length === 0 ? '' : `\n${problems.join('')}`}`;
}

const consumerDocument = ({ finding, ...consumer }: ConsumerStatus, now: Date) => ({
  ...consumer,
  ...(finding && { problem: describeFinding(finding, now).message }),
});
