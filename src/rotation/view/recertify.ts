import type { RecertifyOutcome } from '../run/recertify.ts';
import { formatFacts } from '../../view/facts.ts';
import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';
import { plural } from '../../text/plural.ts';
import { formatRelativeTime } from '../../view/relative-time.ts';

export function recertifyView({ id, planned, dryRun, serial, services, failed }: RecertifyOutcome, now: Date): View {
  const value = {
    dryRun,
    authority: id,
    changed: !dryRun && planned !== undefined,
    ...(planned && { by: planned.by.id, notAfter: planned.notAfter, replaces: planned.replaces }),
    ...(serial !== undefined && { serial }),
    services,
    failed: failed.map(({ service, error }) => ({ service, error: error.code })),
  };
  const label = planned?.replaces
    ? dryRun
      ? 'would extend'
      : 'extended'
    : dryRun
      ? 'would cross-sign'
      : 'cross-signed';
  return {
    table: () =>
      formatFacts([
        planned === undefined ? ['unchanged', `${id}: one more certificate would say no more`] : [label, id],
        ['signed by', planned?.by.id],
        ['serial', serial],
        ['expires', planned && `${formatInstant(planned.notAfter)} (${formatRelativeTime(planned.notAfter, now)})`],
        ['before', planned?.replaces ? formatInstant(planned.subject.certificate.notAfter) : undefined],
        ['new files', services.length > 0 ? `for ${plural(services.length, 'service')}` : undefined],
        ['not written', failed.length > 0 ? failed.map(({ service }) => service).join(', ') : undefined],
      ]),
    json: () => ({ kind: 'ca-certificate', value }),
    jsonl: () => [{ kind: 'ca-certificate', value }],
  };
}
