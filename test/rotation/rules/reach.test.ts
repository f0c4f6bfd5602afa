import { describe, expect, test } from 'vitest';
import { hasLoaded, missingFrom } from '../../../src/rotation/rules/reach.ts';
import type { OpenRotation } from '../../../src/rotation/rules/state.ts';
import type { PublishedDirectory } from '../../../src/rotation/rules/published-directory.ts';
import type { TrustConsumer } from '../../../src/rotation/rules/trust-consumer.ts';

const NOW = new Date('2027-01-10T00:00:00Z');
const hoursAgo = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000);
const rotation = (id: string, tier: 'root' | 'issuing') =>
  ({ rotation: { publishedSequence: 7, publishedAt: hoursAgo(30) }, to: { id, tier } }) as unknown as OpenRotation;
const consumer = (about: object) => ({ id: 'x', name: 'x', services: 0, ...about }) as unknown as TrustConsumer;

describe('a consumer has loaded the successor', () => {
  const loaded = (bundleSequence: number, ...cas: readonly string[]) =>
    consumer({ reload: 'hook', loaded: { bundleSequence, crls: new Map(cas.map(ca => [ca, {}])) } });
  const open = rotation('root-g2', 'root');

  test.each([
    ['with the published bundle and its CRL', loaded(7, 'root-g2'), true],
    ['with a later bundle', loaded(8, 'root-g1', 'root-g2'), true],
    ['not with an older bundle, although it has the CRL', loaded(6, 'root-g2'), false],
    ['not without its CRL', loaded(7, 'root-g1'), false],
    ['not before its first reload', consumer({ reload: 'hook' }), false],
    ['not before its first report', consumer({ reload: 'manual' }), false],
  ])('%s', (_, each, expected) => {
    expect(hasLoaded(each, open, hoursAgo(30), NOW)).toBe(expected);
  });

  test.each([
    ['an interval ago', hoursAgo(2), true],
    ['less than an interval ago', hoursAgo(0.9), false],
    ['nowhere yet', undefined, false],
  ])('that reloads by itself: when it was published %s', (_, from, expected) => {
    expect(hasLoaded(consumer({ reload: 'self', every: 3600 }), open, from, NOW)).toBe(expected);
  });
});

describe('a directory lacks', () => {
  const directory = (anchors: readonly string[], crls: readonly string[]) =>
    ({
      ...{ directory: '/srv/www', isHome: false },
      anchors: new Map(anchors.map(id => [id, {}])),
      crls: new Map(crls.map(id => [id, {}])),
    }) as unknown as PublishedDirectory;

  test('the anchor of a new root', () => {
    const found = missingFrom([directory(['root-g1'], ['root-g1', 'root-g2'])], rotation('root-g2', 'root'));
    expect(found?.lacks).toBe('it does not hold the anchor of root-g2');
  });

  test('the CRL of a new root', () => {
    const found = missingFrom([directory(['root-g1', 'root-g2'], ['root-g1'])], rotation('root-g2', 'root'));
    expect(found?.lacks).toBe('it does not hold the CRL of root-g2');
  });

  test('nothing where only the anchor of an issuing CA is absent', () => {
    expect(missingFrom([directory(['root-g1'], ['issuing-g2'])], rotation('issuing-g2', 'issuing'))).toBeUndefined();
  });
});
