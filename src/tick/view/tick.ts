import type { TickPlan } from '../run/plan.ts';
import type { TickOutcome, TickWork } from '../run/tick.ts';
import type { CrlRefreshReason } from '../../crl/rules/schedule.ts';
import { ISSUE_REASONS } from '../../due/rules/reason.ts';
import { checkView, type CheckReport } from '../../monitoring/view/check.ts';
import { CRL_REFRESH_WORDS } from '../../crl/view/refresh.ts';
import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';
import { plural } from '../../view/plural.ts';
import { formatRelativeTime } from '../../view/relative-time.ts';
import type { Terminal } from '../../view/terminal.ts';
import { visible } from '../../view/visible.ts';

/** One thing that a tick did. */
interface Deed {
  readonly did:
    | 'bundle-written'
    | 'revocations-adopted'
    | 'crl-signed'
    | 'published'
    | 'renewed'
    | 'overlap-ended'
    | 'deployed'
    | 'deployment-pending';
  /** A service, a CA, a directory. */
  readonly subject: string;
  readonly serial?: string;
  readonly number?: bigint;
  readonly until?: Date;
  /** Why, or what of. */
  readonly detail?: string;
}

/** Nothing at all where nothing was done and nothing needs attention: cron mails whatever is printed. */
export function tickView(outcome: TickOutcome, report: CheckReport, terminal: Terminal): View {
  const deeds = deedsOf(outcome.work);
  const check = checkView(report, terminal);
  const failures = outcome.failures.map(({ part, error }) => ({ part, code: error.code, message: error.message }));
  return {
    table: () => formatDeeds(deeds, report.at, 'done') + (report.findings.length === 0 ? '' : check.table()),
    json: () => ({
      kind: 'tick',
      value: { at: report.at, changed: hasChanged(outcome), deeds, failures, check: check.json().value },
    }),
    jsonl: () => [
      ...deeds.map(deed => ({ kind: 'deed', value: { at: report.at, ...deed } })),
      ...failures.map(failure => ({ kind: 'failure', value: { at: report.at, ...failure } })),
      ...check.jsonl(),
    ],
  };
}

/** What a tick would do; one that would do nothing says so, since somebody asked. */
export function tickPlanView(plan: TickPlan, now: Date): View {
  const deeds = plannedDeeds(plan);
  const refusals = plan.refusals.map(({ code, message }) => ({ code, message }));
  return {
    table: () => (deeds.length + refusals.length === 0 ? 'nothing is due\n' : formatDeeds(deeds, now, 'planned')),
    json: () => ({ kind: 'tick', value: { at: now, dryRun: true, deeds, failures: refusals } }),
    jsonl: () => [
      ...deeds.map(deed => ({ kind: 'deed', value: { at: now, dryRun: true, ...deed } })),
      ...refusals.map(refusal => ({ kind: 'failure', value: { at: now, dryRun: true, ...refusal } })),
    ],
  };
}

const plannedDeeds = ({ bundle, crls, publications, renewals, outlived, pending }: TickPlan): readonly Deed[] => [
  ...(bundle ? bundleDeeds({ ...bundle, changed: true }) : []),
  ...crls.flatMap(({ action, authority, header, reasons }): Deed[] =>
    action === 'sign' || action === 'release' ? [crlDeed({ ...header, authorityId: authority.id }, reasons[0])] : [],
  ),
  ...publications.flatMap(({ directory, plan }): Deed[] =>
    plan?.files.some(({ action }) => action === 'new' || action === 'replace')
      ? [{ did: 'published', subject: directory }]
      : [],
  ),
  ...renewals.flatMap((step): Deed[] =>
    step.action === 'renew' && step.refusal === undefined
      ? [{ did: 'renewed', subject: step.service, detail: ISSUE_REASONS[step.reason].words }]
      : [],
  ),
  ...outlived.map(({ service, serial }): Deed => ({ did: 'overlap-ended', subject: service, serial })),
  ...pending.map(({ service: { name, currentSerial: serial }, delivery }): Deed => ({
    ...{ did: 'deployed', subject: name },
    ...(serial !== undefined && { serial }),
    ...(delivery?.problem !== undefined && { detail: delivery.problem }),
  })),
];

/** Whether anything is different now; what is still pending is not. */
export const hasChanged = ({ work }: TickOutcome): boolean =>
  deedsOf(work).some(({ did }) => did !== 'deployment-pending');

const deedsOf = (work: Partial<TickWork>): readonly Deed[] => [
  ...bundleDeeds(work.bundle),
  ...crlDeeds(work.crls),
  ...publicationDeeds([...(work.crls?.publications ?? []), ...(work.publications ?? [])]),
  ...renewalDeeds(work.renewal),
  ...deploymentDeeds(work),
];

const bundleDeeds = (
  bundle: { readonly changed: boolean; readonly sequence: number; readonly anchors: number } | undefined,
): Deed[] =>
  bundle?.changed
    ? [
        {
          did: 'bundle-written',
          subject: 'bundle',
          detail: `sequence ${bundle.sequence}, ${plural(bundle.anchors, 'anchor')}`,
        },
      ]
    : [];

function crlDeeds(crls: TickWork['crls'] | undefined): Deed[] {
  const { adopted = [], result } = crls?.refresh ?? {};
  return [
    ...adopted.map(({ authorityId, revocations }): Deed => ({
      did: 'revocations-adopted',
      subject: authorityId,
      detail: plural(revocations.length, 'revocation'),
    })),
    ...(result?.signed ?? []).map(crl => crlDeed(crl, crl.reasons[0])),
  ];
}

const crlDeed = (
  { authorityId, number, nextUpdate }: { authorityId: string; number: bigint; nextUpdate: Date },
  reason: CrlRefreshReason | undefined,
): Deed => ({
  ...{ did: 'crl-signed', subject: authorityId, number, until: nextUpdate },
  ...(reason && { detail: CRL_REFRESH_WORDS[reason] }),
});

const publicationDeeds = (publications: TickWork['publications']): Deed[] =>
  publications.flatMap(({ changed, directory }) => (changed ? [{ did: 'published', subject: directory }] : []));

function renewalDeeds(renewal: TickWork['renewal'] | undefined): Deed[] {
  if (renewal === undefined) return [];
  const reasons = new Map(
    renewal.steps.flatMap(step => (step.action === 'renew' ? [[step.service, ISSUE_REASONS[step.reason].words]] : [])),
  );
  return [
    ...renewal.issued.map(({ service, serial, notAfter }): Deed => {
      const detail = reasons.get(service);
      return { did: 'renewed', subject: service, serial, until: notAfter, ...(detail && { detail }) };
    }),
    ...(renewal.crls.length === 0 ? [] : renewal.outlived).map(({ service, serial }): Deed => ({
      did: 'overlap-ended',
      subject: service,
      serial,
    })),
    ...renewal.crls.map(crl => crlDeed(crl, 'revoked')),
  ];
}

/** What lies where it should as soon as it was renewed is told of once. */
function deploymentDeeds(work: Partial<TickWork>): Deed[] {
  const renewed = new Set(work.renewal?.issued.map(({ service }) => service));
  return deployedBy(work).flatMap(({ service, serial, problem, written, hooks }): Deed[] => {
    const about = { subject: service, serial };
    if (problem !== undefined) return [{ ...about, did: 'deployment-pending', detail: problem }];
    const detail = [
      ...(written.length === 0 ? [] : [plural(written.length, 'output')]),
      ...(hooks.length === 0 ? [] : [plural(hooks.length, 'hook')]),
    ].join(', ');
    return detail === '' && renewed.has(service) ? [] : [{ ...about, did: 'deployed', ...(detail && { detail }) }];
  });
}

/** Everything a tick tried to deploy, what it had renewed first. */
export const deployedBy = ({ renewal, deployment }: Partial<TickWork>): TickWork['deployment'] => [
  ...(renewal?.deployed ?? []),
  ...(deployment ?? []),
];

const VERBS: Readonly<Record<Deed['did'], Readonly<Record<'done' | 'planned', string>>>> = {
  'bundle-written': { done: 'wrote', planned: 'would write' },
  'revocations-adopted': { done: 'took over', planned: 'would take over' },
  'crl-signed': { done: 'signed crl', planned: 'would sign crl' },
  published: { done: 'published', planned: 'would publish' },
  renewed: { done: 'renewed', planned: 'would renew' },
  'overlap-ended': { done: 'revoked', planned: 'would revoke' },
  deployed: { done: 'deployed', planned: 'would deploy' },
  'deployment-pending': { done: 'pending', planned: 'pending' },
};

function formatDeeds(deeds: readonly Deed[], now: Date, tense: 'done' | 'planned'): string {
  const rows = deeds.map(({ did, subject, serial, number, until, detail }) => [
    VERBS[did][tense],
    visible(subject),
    [
      ...(serial === undefined ? [] : [serial]),
      ...(number === undefined ? [] : [`number ${number}`]),
      ...(until === undefined ? [] : [`until ${formatInstant(until)} (${formatRelativeTime(until, now)})`]),
      ...(detail === undefined ? [] : [visible(detail)]),
    ].join('  '),
  ]);
  const [verb, subject] = [0, 1].map(column => Math.max(0, ...rows.map(row => row[column]!.length)));
  return rows.map(row => `${row[0]!.padEnd(verb!)}  ${row[1]!.padEnd(subject!)}  ${row[2]!}`.trimEnd() + '\n').join('');
}
