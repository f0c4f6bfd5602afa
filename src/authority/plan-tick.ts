import type { SvcauthError } from '../errors.ts';
import type { Policy } from '../lifecycle/policy.ts';
import type { LiveService } from '../store/manifest.ts';
import type { Pki } from './open-pki.ts';
import { publishEverywhere, type Publication } from './publications.ts';
import { planCrlRefresh, type PlannedCrl } from './refresh-crls.ts';
import { planRenewal, type RenewalPlan } from './renew.ts';
import { trustBundle } from './write-trust-bundle.ts';

/** What a tick would do now. */
export interface TickPlan {
  /** Of the trust bundle, when it would be written. */
  readonly bundle?: { readonly sequence: number; readonly anchors: number };
  readonly crls: readonly PlannedCrl[];
  /** With what lies in public/ now: the CRLs above are not in it. */
  readonly publications: readonly Publication[];
  readonly renewal: RenewalPlan;
  /** Deployments that would be tried again. */
  readonly pending: readonly LiveService[];
  /** What could not be done. */
  readonly refusals: readonly SvcauthError[];
}

/** Decides as `tick` does and touches nothing. Throws what would keep all of the renewal from happening. */
export async function planTick(pki: Pki, policy: Policy): Promise<TickPlan> {
  const { manifest, world } = pki;
  const { anchors, sequence } = trustBundle(manifest, world.now);
  const publications = await publishEverywhere(pki, policy.crl.publishTo ?? [], { dryRun: true, glance: true });
  const renewal = await planRenewal(pki, policy, { selectors: [], tags: {}, force: false, reuseKey: false });
  return {
    ...(manifest.trustBundle()?.sequence !== sequence && { bundle: { sequence, anchors: anchors.length } }),
    crls: planCrlRefresh(pki, { schedule: policy.crl }).crls,
    publications,
    renewal,
    pending: manifest.pendingServices(),
    refusals: [...publications, ...renewal.steps.map(({ refusal }) => ({ error: refusal }))].flatMap(
      ({ error }) => error ?? [],
    ),
  };
}
