// The part of `tick` that signs due CRLs, releases presigned ones and adopts revocations.
// `parts.ts` lists it after the overlaps, whose revocations it counts. It copies nothing to verifiers.
import { plural } from '../../../text/plural.ts';
import { CRL_REFRESH_WORDS, type CrlRefreshReason } from '../../../crl/rules/schedule.ts';
import { applyCrlKeep, planCrlKeep, type CrlKeepPlan } from '../../../crl/run/keep.ts';
import type { CrlHeader } from '../../../pki/crl/prepare.ts';
import { actionKind, type TickAction } from '../../rules/action.ts';
import type { Earlier, PartPlan, TickPart } from '../part.ts';
import { overlaps } from './overlaps.ts';

interface CrlsPlan extends PartPlan {
  readonly keep: CrlKeepPlan;
}

const ADOPTED = actionKind('revocations-adopted', 'ca', 'adopted', 'would adopt');
const SIGNED = actionKind('crl-signed', 'ca', 'signed crl', 'would sign crl');

/** Keeps in public/ a CRL that is not due for every CA that needs one. */
export const crls: TickPart<CrlsPlan> = {
  name: 'crls',
  plan: ({ pki, policy }, earlier) => {
    const keep = planCrlKeep(pki, policy.crl, revoking(earlier));
    const signed = keep.refresh.crls.filter(({ action }) => action === 'sign' || action === 'release');
    const actions = [
      ...adopted(keep.adopted),
      ...signed.map(each => signedCrl(each.authority.id, each.header, each.reasons[0])),
    ];
    return { keep, actions, refusals: [] };
  },
  carryOut: async ({ pki, policy, unlock }, { keep }) => {
    const outcome = await applyCrlKeep(pki, policy.crl, keep, unlock);
    const signed = outcome.result?.signed ?? [];
    return {
      actions: [...adopted(outcome.adopted), ...signed.map(crl => signedCrl(crl.authorityId, crl, crl.reasons[0]))],
      failures: outcome.errors,
    };
  },
};

/** Counts, for each CA, the revocations that the plan of the overlaps will record. */
function revoking(earlier: Earlier): ReadonlyMap<string, number> {
  const ended = earlier.of(overlaps);
  const counts = new Map<string, number>();
  for (const { authorityId } of ended?.state === 'planned' ? ended.plan.outlived : []) {
    counts.set(authorityId, (counts.get(authorityId) ?? 0) + 1);
  }
  return counts;
}

const adopted = (adoptions: CrlKeepPlan['adopted']): readonly TickAction[] =>
  adoptions.map(({ authorityId, revocations }) => ({
    ...{ kind: ADOPTED, subject: authorityId },
    detail: plural(revocations.length, 'revocation'),
  }));

const signedCrl = (
  subject: string,
  { number, nextUpdate }: Pick<CrlHeader, 'number' | 'nextUpdate'>,
  reason: CrlRefreshReason | undefined,
): TickAction => ({
  ...{ kind: SIGNED, subject, number, until: nextUpdate },
  ...(reason && { detail: CRL_REFRESH_WORDS[reason] }),
});
