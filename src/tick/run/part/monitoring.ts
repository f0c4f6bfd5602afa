import { checkPki, type CheckedPki } from '../../../monitoring/run/check-pki.ts';
import type { PartOutcome, PartPlan, TickPart } from '../part.ts';

interface CheckOutcome extends PartOutcome {
  readonly check: CheckedPki;
}

/** Checks the PKI after the other parts. It changes nothing, so its plan is empty. */
export const monitoring: TickPart<PartPlan, CheckOutcome> = {
  name: 'monitoring',
  plan: () => ({ actions: [], refusals: [] }),
  carryOut: ({ pki, policy, everything }) => {
    const scope = { selectors: [], everything };
    return { actions: [], failures: [], check: checkPki(pki.manifest, scope, policy.check, pki.world.now) };
  },
};
