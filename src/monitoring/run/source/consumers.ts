// The source of findings about programs that have not loaded the published trust.
// Services without a hook are one finding and one item, however many they are.
import { consumersOf } from '../../../deployment/run/consumers.ts';
import { consumersFindings } from '../../rules/consumer.ts';
import { consumerGroups, firstEnd } from '../../rules/consumer-group.ts';
import { neededCrls } from '../needed-crls.ts';
import type { CheckSource } from '../source.ts';

/** Finds the programs that have not loaded the published trust. */
export const consumers: CheckSource = ({ pki, policy, thresholds, at, everything, selected, authorities }) => {
  // a check of named services is about these services
  if (selected !== undefined) return { findings: [] };
  const all = consumersOf(pki, policy);
  const needed = neededCrls(pki, policy, authorities, at);
  const monitored = consumerGroups(all).map(({ first, services }) => {
    const { name: subject, reload, loaded, pending } = first;
    const end = firstEnd(first, needed);
    const from = loaded?.at ?? new Date(0);
    const about = { kind: 'consumer', subject, reload, services, from, pending: pending !== undefined } as const;
    return { ...about, ...(end && { end }) };
  });
  return {
    findings: consumersFindings(all, needed, thresholds, at),
    monitored: everything ? monitored : [],
  };
};
