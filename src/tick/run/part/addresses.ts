import { dueAddresses, probeDeclared, type AddressToProbe } from '../../../probe/run/declared.ts';
import type { PartPlan, TickPart } from '../part.ts';

interface AddressesPlan extends PartPlan {
  readonly due: readonly AddressToProbe[];
}

/**
 * Probes the declared addresses of services, each at most once an hour, all within a time budget, without the lock. It reports
 * no action: what a server serves is a finding of the check.
 */
export const addresses: TickPart<AddressesPlan> = {
  name: 'addresses',
  plan: ({ pki }) => ({ due: dueAddresses(pki.manifest, pki.world.now), actions: [], refusals: [] }),
  carryOut: async ({ pki }, { due }) => {
    await probeDeclared(pki, due);
    return { actions: [], failures: [] };
  },
};
