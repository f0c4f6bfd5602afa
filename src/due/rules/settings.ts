import type { Service } from '../../record/service.ts';
import type { RenewalSpec } from '../../record/upkeep.ts';

/** How a service is renewed: each part as it says itself, else as the policy says. */
export const renewalOf = ({ upkeep }: Pick<Service, 'upkeep'>, policy: RenewalSpec): RenewalSpec => ({
  ...policy,
  ...upkeep?.renewal,
});
