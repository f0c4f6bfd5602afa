import type { Service } from '../../record/service.ts';
import type { RenewalSpec } from '../../record/upkeep.ts';

/** Merges the renewal settings of a service with the defaults of the policy. */
export const renewalOf = ({ upkeep }: Pick<Service, 'upkeep'>, policy: RenewalSpec): RenewalSpec => ({
  ...policy,
  ...upkeep?.renewal,
});
