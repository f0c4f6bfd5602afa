import { SvcauthError } from '../../errors/error.ts';
import type { Certificate } from '../../record/certificate.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import type { LiveService } from '../../store/manifest/manifest.ts';
import type { Pki } from '../../store/open-pki.ts';
import { publishEverywhere, type Publication } from '../../publication/run/publications.ts';
import { planCrlRefresh, type PlannedCrl } from '../../crl/run/refresh.ts';
import { planRenewal, WHATEVER_IS_DUE, type PlannedRenewal } from '../../renewal/run/renew.ts';
import { trustBundle } from '../../bundle/run/write.ts';

/** What a tick would do now. */
export interface TickPlan {
  /** Of the trust bundle, when it would be written. */
  readonly bundle?: { readonly sequence: number; readonly anchors: number };
  readonly crls: readonly PlannedCrl[];
  /** With what lies in public/ now: the CRLs above are not in it. */
  readonly publications: readonly Publication[];
  readonly renewals: readonly PlannedRenewal[];
  /** Superseded certificates whose overlap is over. */
  readonly outlived: readonly Certificate[];
  /** Deployments that would be tried again. */
  readonly pending: readonly LiveService[];
  /** What could not be done. */
  readonly refusals: readonly SvcauthError[];
}

/** Decides as `tick` does and touches nothing; what cannot be decided of one part keeps no other from it. */
export async function planTick(pki: Pki, policy: Policy): Promise<TickPlan> {
  const { manifest, world } = pki;
  const { anchors, sequence } = trustBundle(manifest, world.now);
  const publications = await publishEverywhere(pki, policy.crl.publishTo ?? [], { dryRun: true, glance: true });
  const { renewals, outlived, refusal } = await planDue(pki, policy);
  return {
    ...(manifest.trustBundle()?.sequence !== sequence && { bundle: { sequence, anchors: anchors.length } }),
    crls: planCrlRefresh(pki, { schedule: policy.crl }).crls,
    publications,
    renewals,
    outlived,
    pending: manifest.pendingServices(),
    refusals: [...publications.map(each => each.error), refusal, ...renewals.map(step => step.refusal)].filter(
      each => each !== undefined,
    ),
  };
}

/** Where nobody can sign, nothing is renewed. */
async function planDue(
  pki: Pki,
  policy: Policy,
): Promise<Pick<TickPlan, 'renewals' | 'outlived'> & { readonly refusal?: SvcauthError }> {
  try {
    const { steps, outlived } = await planRenewal(pki, policy, WHATEVER_IS_DUE);
    return { renewals: steps, outlived };
  } catch (refusal) {
    if (!(refusal instanceof SvcauthError)) throw refusal;
    return { renewals: [], outlived: [], refusal };
  }
}
