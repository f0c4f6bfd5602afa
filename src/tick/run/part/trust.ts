import { plural } from '../../../text/plural.ts';
import { applyTrustBundle, planTrustBundle, type TrustBundlePlan } from '../../../bundle/run/write.ts';
import { actionKind, type TickAction } from '../../rules/action.ts';
import type { PartPlan, TickPart } from '../part.ts';

interface TrustPlan extends PartPlan {
  readonly trust: TrustBundlePlan;
}

const WRITTEN = actionKind('bundle-written', 'bundle', 'wrote', 'would write');

/** Writes the trust bundles of the manifest to public/. */
export const trust: TickPart<TrustPlan> = {
  name: 'bundle',
  plan: ({ pki }) => {
    const plan = planTrustBundle(pki);
    return { trust: plan, actions: plan.files.size + plan.stale.length > 0 ? [written(plan)] : [], refusals: [] };
  },
  carryOut: ({ pki }, { trust: plan, actions }) => {
    applyTrustBundle(pki, plan);
    return { actions, failures: [] };
  },
};

const written = ({ bundle: { sequence, anchors } }: TrustBundlePlan): TickAction => ({
  ...{ kind: WRITTEN, subject: 'bundle' },
  detail: `sequence ${sequence}, ${plural(anchors.length, 'anchor')}`,
});
