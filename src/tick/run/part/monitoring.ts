import { checkPki, type CheckedPki } from '../../../monitoring/run/check-pki.ts';
import type { PartOutcome, PartPlan, TickPart } from '../part.ts';

interface CheckOutcome extends PartOutcome {
  readonly check: CheckedPki;
}

/** Checks the PKI after the other parts. It changes nothing, so its plan is empty. */
export const monitoring: TickPart<PartPlan, CheckOutcome> = {
  name: 'monitoring',
  plan: () => ({ actions: [], refusals: [] }),
  carryOut: async ({ pki, policy, everything }) => {
    const check = await checkPki(pki, policy, { selectors: [], everything, isVisited: true }, pki.world.now);
    return { actions: [], failures: [], check };
  },
};
