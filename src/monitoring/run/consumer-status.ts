// Makes the rows of `status` about consumers: what each has loaded, and the finding that `check` has about it.
// Only that command calls it. It takes no lock and records nothing.
import { consumersOf } from '../../deployment/run/consumers.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import type { Pki } from '../../store/open-pki.ts';
import { consumersFindings } from '../rules/consumer.ts';
import { consumerGroups, firstEnd } from '../rules/consumer-group.ts';
import { consumerCondition, type ConsumerStatus } from '../rules/consumer-status.ts';
import { neededCrls } from './needed-crls.ts';

/** Lists the consumers; `services` limits them to those that are one of these services. */
export function consumerStatuses(
  pki: Pick<Pki, 'world' | 'home' | 'manifest'>,
  policy: Policy,
  at: Date,
  services?: ReadonlySet<string>,
): readonly ConsumerStatus[] {
  const consumers = consumersOf(pki, policy).filter(
    ({ id, name }) => services === undefined || (id === `service:${name}` && services.has(name)),
  );
  const needed = neededCrls(pki, policy, pki.manifest.authorities(), at);
  return consumerGroups(consumers).map(({ first, all, services }) => {
    const { name: consumer, reload, every, loaded } = first;
    const [finding] = consumersFindings(all, needed, policy.check, at);
    const crlEnd = firstEnd(first, needed);
    return {
      ...{ consumer, services, reload },
      ...(every !== undefined && { everySeconds: every }),
      state: consumerCondition(first, needed, finding),
      ...(loaded && { loadedAt: loaded.at, bundleSequence: loaded.bundleSequence }),
      ...(crlEnd && { crlEnd }),
      ...(finding && { finding }),
    };
  });
}
