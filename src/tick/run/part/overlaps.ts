import { isCertified } from '../../../ca/rules/active-issuer.ts';
import { recordRevocations } from '../../../crl/run/revoke.ts';
import { SvcauthError } from '../../../errors/error.ts';
import type { Certificate } from '../../../record/certificate.ts';
import { planRenewal, WHATEVER_IS_DUE, type RenewalPlan } from '../../../renewal/run/renew.ts';
import { actionKind } from '../../rules/action.ts';
import type { PartPlan, TickLook, TickPart } from '../part.ts';

interface OverlapsPlan extends PartPlan {
  /** Superseded certificates whose overlap has ended. */
  readonly outlived: readonly Certificate[];
  /** The renewal plan that found them, reused by the renewal part. Absent if nothing can be renewed. */
  readonly due?: RenewalPlan;
}

const ENDED = actionKind('overlap-ended', 'service', 'revoked', 'would revoke');

/** Records the revocation of replaced certificates whose overlap has ended; the CRLs are signed by a later part. */
export const overlaps: TickPart<OverlapsPlan> = {
  name: 'overlaps',
  plan: async look => {
    const due = await dueOrNothing(look);
    const outlived = due?.outlived ?? [];
    const actions = outlived.map(({ service, serial }) => ({ kind: ENDED, subject: service, serial }));
    return { outlived, ...(due && { due }), actions, refusals: [] };
  },
  carryOut: async ({ pki, unlock }, { outlived, actions }) => {
    const signers = new Set(outlived.map(({ authorityId }) => authorityId));
    // a key that cannot be opened must not leave a revocation that no CRL can list
    for (const authority of signers.size === 0 ? [] : pki.manifest.authorities().filter(isCertified)) {
      if (signers.has(authority.id)) await unlock(authority);
    }
    if (outlived.length > 0) recordRevocations(pki, outlived, { reason: 'superseded' });
    return { actions, failures: [] };
  },
};

/** Undefined if no CA can sign: then no overlap ends, and the renewal part reports why. */
async function dueOrNothing({ pki, policy }: TickLook): Promise<RenewalPlan | undefined> {
  try {
    return await planRenewal(pki, policy, WHATEVER_IS_DUE);
  } catch (error) {
    if (!(error instanceof SvcauthError)) throw error;
    return undefined;
  }
}
