import { describe, expect, test } from 'vitest';
import {
  activeIssuer,
  chainBelowRoot,
  chainToRoot,
  type CertifiedAuthority,
} from '../../../src/ca/rules/active-issuer.ts';
import type { Authority } from '../../../src/record/authority.ts';
import { nextBundleSequence, trustAnchors } from '../../../src/ca/rules/trust-anchors.ts';
import { errorOf } from '../../support/errors.ts';
import { at, authorityRow } from '../../support/pki/rows.ts';

const now = at('2026-11-21');

function authority(id: string, issuerId: string, changes: Partial<Authority> = {}): CertifiedAuthority {
  const tier = id.startsWith('root') ? 'root' : 'issuing';
  const { authority: row } = authorityRow({ id, tier, generation: Number(id.slice(-1)), ...changes });
  return { ...row, certificate: { ...row.certificate!, issuerId } };
}
const pending: Authority = (({ certificate: _, ...rest }) => ({ ...rest, state: 'pending' as const }))(
  authority('issuing-g1', 'root-g1'),
);
const root = authority('root-g1', 'root-g1');
const issuing = authority('issuing-g1', 'root-g1');

describe('the CA that issues leaves', () => {
  test('the active issuing CA issues leaves', () => {
    const draining = authority('issuing-g1', 'root-g1', { state: 'draining' });
    const active = authority('issuing-g2', 'root-g1');
    const prepared = authority('issuing-g3', 'root-g1', { state: 'prepared' });
    expect(activeIssuer([root, draining, active, prepared], now).id).toBe('issuing-g2');
  });

  test('the root issues leaves where no issuing CA exists', () => expect(activeIssuer([root], now)).toBe(root));

  test('the root never issues leaves where an issuing CA exists in any state', () => {
    for (const state of ['prepared', 'draining', 'retired', 'tainted'] as const) {
      const error = errorOf(() => activeIssuer([root, authority('issuing-g1', 'root-g1', { state })], now));
      expect(error).toMatchObject({ code: 'ERR_NO_ISSUER', exitStatus: 7, hints: ['svcauth ca list'] });
    }
  });

  test('a CA without a certificate cannot issue', () => {
    const error = errorOf(() => activeIssuer([pending], now));
    expect(error.message).toBe('issuing-g1 cannot issue: its certificate has not been installed');
  });

  test('a CA issues from its first second to its last', () => {
    const { notBefore, notAfter } = issuing.certificate;
    for (const instant of [notBefore, notAfter]) expect(activeIssuer([issuing], instant)).toBe(issuing);
    const beside = (instant: Date, seconds: number) => new Date(instant.getTime() + seconds * 1000);
    expect(errorOf(() => activeIssuer([issuing], beside(notBefore, -1))).code).toBe('ERR_ISSUER_NOT_YET');
    expect(errorOf(() => activeIssuer([issuing], beside(notAfter, 1))).code).toBe('ERR_ISSUER_EXPIRED');
  });
});

describe('a chain', () => {
  test('a chain leads to the root, which no server sends', () => {
    const middle = authority('issuing-g2', 'root-g1');
    const lowest = authority('issuing-g3', 'issuing-g2');
    const chain = chainToRoot(lowest, [root, middle, lowest]);
    expect(chain.map(({ id }) => id)).toEqual(['issuing-g3', 'issuing-g2', 'root-g1']);
    expect(chainBelowRoot(chain).map(({ id }) => id)).toEqual(['issuing-g3', 'issuing-g2']);
    expect(chainBelowRoot(chainToRoot(root, [root]))).toEqual([]);
  });

  test('a chain ends at an unknown issuer, and never goes in circles', () => {
    const a = authority('issuing-g1', 'issuing-g2');
    const b = authority('issuing-g2', 'issuing-g1');
    expect(chainToRoot(a, [a, b]).map(({ id }) => id)).toEqual(['issuing-g1', 'issuing-g2']);
    expect(chainToRoot(issuing, [issuing])).toEqual([issuing]);
  });
});

describe('the trust anchors', () => {
  test('the trust anchors are all roots in use, and a prepared root once it is published', () => {
    const states = ['active', 'prepared', 'draining', 'retired', 'tainted'] as const;
    const anchors = (published: Partial<Authority>) => {
      const roots = states.map((state, i) => authority(`root-g${i + 1}`, `root-g${i + 1}`, { state, ...published }));
      return trustAnchors([...roots, issuing, pending]).map(({ state }) => state);
    };
    expect(anchors({})).toEqual(['active', 'draining', 'tainted']);
    expect(anchors({ publishedAt: now })).toEqual(['active', 'prepared', 'draining', 'tainted']);
  });

  test('the sequence of the bundle only grows, even after a restored backup or with a clock set back', () => {
    const seconds = now.getTime() / 1000;
    expect(nextBundleSequence(undefined, now)).toBe(seconds);
    expect(nextBundleSequence(3, now)).toBe(seconds);
    expect(nextBundleSequence(seconds + 100, now)).toBe(seconds + 101);
  });
});
