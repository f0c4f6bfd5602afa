import type { RecertifyOutcome } from '../run/recertify.ts';
import { formatFacts } from '../../view/facts.ts';
import { formatInstant } from '../../view/json.ts';
import type { DocumentOf, View } from '../../view/output.ts';
import type { CA_CROSS_SIGN, CA_EXTEND } from './documents.ts';
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
): View<typeof CA_EXTEND | typeof CA_CROSS_SIGN> {
  const value = {
    dryRun,
    ca: id,
    changed: !dryRun && planned !== undefined,
    ...(planned && { issuedBy: planned.by.id, notAfter: planned.notAfter }),
    ...(serial !== undefined && { serial }),
    services,
    failed: failed.map(({ service, error }) => ({ service, code: error.code })),
  };
  const document = (): DocumentOf<typeof CA_EXTEND | typeof CA_CROSS_SIGN> =>
    action === 'cross-sign'
      ? { kind: 'ca-cross-sign', value }
      : {
          kind: 'ca-extend',
          value: { ...value, ...(planned && { previousNotAfter: planned.subject.certificate.notAfter }) },
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
    json: document,
    jsonl: () => [document()],
  };
}
