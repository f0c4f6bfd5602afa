import type { RecertifyOutcome } from '../run/recertify.ts';
import { formatFacts } from '../../view/facts.ts';
import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';
import { plural } from '../../text/plural.ts';
import { formatRelativeTime } from '../../view/relative-time.ts';

const WORDS: Readonly<Record<RecertifyOutcome['action'], readonly [done: string, planning: string, nothing: string]>> =
  {
    extend: ['extended', 'would extend', 'a new certificate would not expire later'],
    'cross-sign': ['cross-signed', 'would cross-sign', 'that root has already cross-signed it'],
  };

export function recertifyView(
  { action, id, planned, dryRun, serial, services, failed }: RecertifyOutcome,
  now: Date,
): View {
  const value = {
    dryRun,
    authority: id,
    changed: !dryRun && planned !== undefined,
    ...(planned && { by: planned.by.id, notAfter: planned.notAfter, replaces: planned.replaces }),
    ...(serial !== undefined && { serial }),
    services,
    failed: failed.map(({ service, error }) => ({ service, error: error.code })),
  };
  const [done, planning, nothing] = WORDS[action];
  return {
    table: () =>
      formatFacts([
        planned === undefined ? ['unchanged', `${id}: ${nothing}`] : [dryRun ? planning : done, id],
        ['issued by', planned?.by.id],
        ['serial', serial],
        ['expires', planned && `${formatInstant(planned.notAfter)} (${formatRelativeTime(planned.notAfter, now)})`],
        ['previously', planned?.replaces ? formatInstant(planned.subject.certificate.notAfter) : undefined],
        ['new files', services.length > 0 ? `for ${plural(services.length, 'service')}` : undefined],
        ['not written', failed.length > 0 ? failed.map(({ service }) => service).join(', ') : undefined],
      ]),
    json: () => ({ kind: 'ca-certificate', value }),
    jsonl: () => [{ kind: 'ca-certificate', value }],
  };
}
