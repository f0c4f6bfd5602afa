import type { ConsumerState } from '../../deployment/rules/consumer.ts';
import type { NeededCrl } from './consumer.ts';

/** One consumer, or all services that have neither a hook nor a declaration. */
export interface ConsumerGroup {
  /** The consumer; of several, that which loaded trust first. */
  readonly first: ConsumerState;
  readonly all: readonly ConsumerState[];
  readonly services: number;
}

/** Groups the consumers: each is alone, except the undeclared ones, which come last. */
export function consumerGroups(consumers: readonly ConsumerState[]): readonly ConsumerGroup[] {
  const alone = consumers.filter(({ reload }) => reload !== 'undeclared');
  const undeclared = consumers.filter(({ reload }) => reload === 'undeclared');
  const [first] = [...undeclared].sort((a, b) => loadedAt(a) - loadedAt(b));
  const services = undeclared.reduce((sum, each) => sum + each.services, 0);
  return [
    ...alone.map(each => ({ first: each, all: [each], services: each.services })),
    ...(first === undefined ? [] : [{ first, all: undeclared, services }]),
  ];
}

const loadedAt = ({ loaded }: ConsumerState): number => loaded?.at.getTime() ?? 0;

/** Finds the expiry of the loaded CRL that expires first. */
export function firstEnd({ loaded }: ConsumerState, needed: readonly NeededCrl[]): Date | undefined {
  const ends = needed.flatMap(({ ca }) => loaded?.crls.get(ca)?.nextUpdate.getTime() ?? []);
  return ends.length === 0 ? undefined : new Date(Math.min(...ends));
}
