// Answers: how do `renew` and `due` report a renewal, as a table and as JSON?
// Called by both commands. It decides nothing.

import type { Issued } from '../../issuance/rules/issued.ts';
import type { PlannedRenewal, RenewalPlan, RenewalResult } from '../run/renew.ts';
import type { DUE, RENEW, RENEWAL } from './documents.ts';
import { ISSUE_REASONS } from '../../due/rules/reason.ts';
import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';
import { formatRelativeTime } from '../../view/relative-time.ts';
import { formatTable, type Cell } from '../../view/table.ts';
import type { Terminal } from '../../view/terminal.ts';

/** A plan that was carried out (`done`), printed by `--dry-run`, or printed by `due` (`question`). */
export type RenewalOutcome =
  | { readonly kind: 'done'; readonly plan: RenewalPlan; readonly result: RenewalResult; readonly changed: boolean }
  | { readonly kind: 'dry-run'; readonly plan: RenewalPlan }
  | { readonly kind: 'question'; readonly plan: RenewalPlan; readonly due: boolean };

type RenewalView = View<typeof DUE | typeof RENEW, typeof RENEWAL>;
type Verb = PlannedRenewal['action'] | 'refused' | 'revoke';

const VERBS: Readonly<Record<Verb, Readonly<Record<RenewalOutcome['kind'], string>>>> = {
  renew: { done: 'renewed', 'dry-run': 'would renew', question: 'due' },
  deploy: { done: 'deployed', 'dry-run': 'would deploy', question: 'not deployed' },
  wait: { done: 'waiting', 'dry-run': 'would wait', question: 'waiting' },
  later: { done: 'deferred', 'dry-run': 'would defer', question: 'deferred' },
  leave: { done: 'skipped', 'dry-run': 'would skip', question: 'skipped' },
  keep: { done: 'unchanged', 'dry-run': 'unchanged', question: 'not due' },
  refused: { done: 'not renewed', 'dry-run': 'not renewed', question: 'due' },
  revoke: { done: 'revoked', 'dry-run': 'would revoke', question: 'to revoke' },
};

export function renewalView(outcome: RenewalOutcome, now: Date, terminal: Terminal): RenewalView {
  const { plan } = outcome;
  const issued = outcome.kind === 'done' ? outcome.result.issued : [];
  const made = new Map(issued.map(each => [each.service, each]));
  const services = plan.steps.map(step => factsOf(step, step.action === 'renew' ? made.get(step.service) : undefined));
  const pending = outcome.kind === 'done' ? outcome.result.deployed.filter(({ problem }) => problem !== undefined) : [];
  const isPending = ({ service, action }: PlannedRenewal): boolean =>
    action === 'deploy' && pending.some(each => each.service === service);
  const revoked = plan.outlived.map(({ service, serial, notAfter }) => ({ service, serial, notAfter }));
  return {
    table: () => {
      const { red, yellow } = terminal.colours;
      const until = (instant: Date | undefined): string =>
        instant === undefined ? '' : `${formatInstant(instant)} ${formatRelativeTime(instant, now)}`;
      const rows = [
        ...plan.steps.map((step, index): Cell[] => {
          const verb = isPending(step) ? 'not deployed' : VERBS[verbOf(step)][outcome.kind];
          const paint = step.refusal ? red : step.action === 'wait' || step.action === 'later' ? yellow : undefined;
          const { service, serial = '', notAfter } = services[index]!;
          return [paint ? { text: verb, paint } : verb, service, serial, until(notAfter), whyOf(step)];
        }),
        ...revoked.map(each => [
          VERBS.revoke[outcome.kind],
          each.service,
          each.serial,
          until(each.notAfter),
          'replaced; overlap ended',
        ]),
      ];
      if (rows.length === 0) return 'nothing is due\n';
      return formatTable(['RENEWAL', 'SERVICE', 'SERIAL', 'EXPIRES', 'WHY'], rows, terminal.columns);
    },
    json: () => {
      if (outcome.kind === 'question') return { kind: 'due', value: { at: now, due: outcome.due, services, revoked } };
      const crls = outcome.kind === 'done' ? outcome.result.crls : undefined;
      return {
        kind: 'renew',
        value: {
          dryRun: outcome.kind === 'dry-run',
          changed: outcome.kind === 'done' && outcome.changed,
          ca: plan.issuer.id,
          services,
          revoked,
          crls: crls?.map(({ authorityId, number, nextUpdate }) => ({ ca: authorityId, number, nextUpdate })),
        },
      };
    },
    jsonl: () => [
      ...services.map(value => ({ kind: 'renewal' as const, value })),
      ...revoked.map(value => ({ kind: 'renewal' as const, value: { ...value, action: 'revoke' as const } })),
    ],
  };
}

const verbOf = ({ action, refusal }: PlannedRenewal): Verb =>
  refusal === undefined ? action : action === 'leave' ? 'leave' : 'refused';

function factsOf({ refusal, ...step }: PlannedRenewal, made: Issued | undefined) {
  return {
    ...step,
    ...(refusal && { code: refusal.code }),
    ...(made && {
      ...{ serial: made.serial, notAfter: made.notAfter, directory: made.directory },
      ...(step.serial !== undefined && { predecessor: step.serial }),
    }),
  };
}

function whyOf(step: PlannedRenewal): string {
  if (step.action === 'leave') {
    const { because, revokedFor } = step;
    if (because === 'csr') return 'due, but issued from a CSR, so a new CSR is needed';
    if (because === 'expired') return 'expired longer ago than --allow-expired allows';
    return `its certificate is revoked (${revokedFor})`;
  }
  if (step.refusal !== undefined) return step.refusal.summary;
  switch (step.action) {
    case 'renew':
      return step.tooLate === undefined
        ? ISSUE_REASONS[step.reason].words
        : `${ISSUE_REASONS[step.reason].words}; its window opens too late, at ${formatInstant(step.tooLate)}`;
    case 'deploy':
      return 'its certificate is not deployed yet';
    case 'wait':
      return `${ISSUE_REASONS[step.reason].words}; its turn in the window is at ${formatInstant(step.until)}`;
    case 'later':
      return `${ISSUE_REASONS[step.reason].words}; deferred by --max`;
    case 'keep':
      return '';
  }
}
