import { describe, expect, test } from 'vitest';
import { integer, oid, sequence, tlv, contextTag } from '../../../src/pki/der/writer.ts';
import { readPathCertificate } from '../../../src/pki/path/path-certificate.ts';
import { ANY_POLICY_INPUTS, policyRefusal, type PolicyInputs } from '../../../src/pki/path/policy.ts';
import { makeCa, makeLeaf, policies } from '../../support/pki/path-pki.ts';
import { planted } from '../../support/pki/planted-certificate.ts';

type Extensions = Readonly<Record<string, Uint8Array>>;

const [ANY, GOLD, SILVER] = ['2.5.29.32.0', '1.2.3.1', '1.2.3.2'];
const mapping = (from: string, to: string): Extensions =>
  planted('policyMappings', false, sequence(sequence(oid(from), oid(to))));
const constraint = (number: number, skip: number): Extensions =>
  planted('policyConstraints', true, sequence(tlv(contextTag(number, false), integer(skip).subarray(2))));
const requireAfter = (skip: number): Extensions => constraint(0, skip);
const inhibitAny: Extensions = planted('inhibitAnyPolicy', true, integer(0));

/** Evaluates the policies of a path of root, issuing CA and leaf with these extensions. */
function ask(issuing: Extensions, leaf: Extensions, inputs: Partial<PolicyInputs> = {}): string {
  const root = makeCa({ name: 'root' });
  const ca = makeCa({ name: 'issuing', issuer: root, extensions: issuing });
  const target = makeLeaf({ name: 'leaf', issuer: ca, extensions: leaf });
  const path = [target, ca, root].map(({ der }) => readPathCertificate(der));
  return policyRefusal(path, { ...ANY_POLICY_INPUTS, ...inputs })?.code ?? 'accepted';
}

test('requires no policy unless the inputs or a certificate require one', () => {
  expect(ask({}, {})).toBe('accepted');
  expect(ask(policies(GOLD), policies(SILVER))).toBe('accepted');
});

describe('an explicit policy', () => {
  const must = { initialExplicitPolicy: true };

  test('must be in every certificate of the path', () => {
    expect(ask(policies(GOLD), policies(GOLD), must)).toBe('accepted');
    expect(ask(policies(GOLD), policies(SILVER), must)).toBe('policy-required');
    expect(ask(policies(GOLD), {}, must)).toBe('policy-required');
    expect(ask({ ...policies(GOLD), ...requireAfter(0) }, policies(SILVER))).toBe('policy-required');
    expect(ask({ ...policies(GOLD), ...requireAfter(0) }, policies(GOLD))).toBe('accepted');
    expect(ask({ ...policies(GOLD), ...requireAfter(2) }, policies(SILVER))).toBe('accepted');
  });

  test('must be in the initial policy set', () => {
    expect(ask(policies(GOLD), policies(GOLD), { ...must, initialPolicySet: [GOLD] })).toBe('accepted');
    expect(ask(policies(GOLD), policies(GOLD), { ...must, initialPolicySet: [SILVER] })).toBe('policy-required');
    expect(ask(policies(ANY), policies(GOLD), { ...must, initialPolicySet: [GOLD] })).toBe('accepted');
    expect(ask(policies(ANY), policies(ANY), { ...must, initialPolicySet: [GOLD] })).toBe('accepted');
  });

  test('may be anyPolicy until that is inhibited', () => {
    expect(ask(policies(GOLD), policies(ANY), must)).toBe('accepted');
    expect(ask({ ...policies(GOLD), ...inhibitAny }, policies(ANY), must)).toBe('policy-required');
    expect(ask(policies(ANY), policies(GOLD), { ...must, initialAnyPolicyInhibit: true })).toBe('policy-required');
  });

  test('may be mapped from a policy in the initial policy set', () => {
    const mapped = { ...policies(GOLD), ...mapping(GOLD, SILVER) };
    expect(ask(mapped, policies(SILVER), { ...must, initialPolicySet: [GOLD] })).toBe('accepted');
    expect(ask(mapped, policies(GOLD), must)).toBe('policy-required');
    expect(ask(mapped, policies(SILVER), { ...must, initialPolicySet: [SILVER] })).toBe('policy-required');
    expect(ask(mapped, policies(SILVER), { ...must, initialPolicyMappingInhibit: true })).toBe('policy-required');
  });

  test('is never mapped from or to anyPolicy', () => {
    expect(ask({ ...policies(GOLD), ...mapping(ANY, SILVER) }, policies(SILVER))).toBe('policy-mapped-any');
    expect(ask({ ...policies(GOLD), ...mapping(GOLD, ANY) }, policies(SILVER))).toBe('policy-mapped-any');
  });
});
