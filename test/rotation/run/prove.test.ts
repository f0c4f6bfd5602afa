import { rmSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadPolicy } from '../../../src/policy/run/load.ts';
import { readPki } from '../../../src/store/open-pki.ts';
import { proveRotationOf, type ProofQuestion } from '../../../src/rotation/run/prove.ts';
import { readRotationFacts } from '../../../src/rotation/run/facts.ts';
import { planSuccessor, type SuccessorRequest } from '../../../src/rotation/rules/successor.ts';
import { counterexampleText } from '../../../src/verifiers/rules/counterexample-text.ts';
import { pkiTemplate, type PkiWorld } from '../../support/pki/pki.ts';

let copy: Awaited<ReturnType<typeof pkiTemplate>>;
let single: Awaited<ReturnType<typeof pkiTemplate>>;
beforeAll(async () => {
  const services = [
    ['issue', 'payments'],
    ['issue', 'ledger'],
    ['revoke', 'ledger', '--reason', 'keyCompromise'],
  ];
  copy = await pkiTemplate([], services);
  single = await pkiTemplate(['--single-tier'], services);
});

interface Question extends Partial<SuccessorRequest>, Pick<ProofQuestion, 'step'> {
  readonly tier?: 'root' | 'issuing';
}

const prove = (world: PkiWorld, { tier = 'issuing', step, ...asked }: Question = {}) =>
  readPki(world, undefined, async pki => {
    const policy = await loadPolicy(pki);
    const { facts } = readRotationFacts(pki, policy, tier);
    const options = { crossSigning: 'issuing', ...asked } as const;
    const successor = planSuccessor(facts, options, policy, world.now);
    return proveRotationOf(pki, policy, facts, { successor, options, ...(step && { step }) });
  });

const told = async (...args: Parameters<typeof prove>) =>
  (await prove(...args))!.counterexamples.map(counterexampleText);

describe('the proof of a rotation in a sound PKI', () => {
  test('an issuing CA can be rotated', async () => {
    const proof = (await prove(copy()))!;
    expect([proof.fromId, proof.toId]).toEqual(['issuing-g1', 'issuing-g2']);
    expect(proof.counterexamples.map(counterexampleText)).toEqual([]);
    expect(proof.checked).toBeGreaterThan(50);
  });

  test.each(['issuing', 'new-with-old', 'old-with-new', 'both', 'none'] as const)(
    'a root can be rotated, cross-signing %s',
    async crossSigning => {
      const proof = (await prove(copy(), { tier: 'root', crossSigning }))!;
      expect([proof.fromId, proof.toId]).toEqual(['root-g1', 'root-g2']);
      expect(proof.counterexamples.map(counterexampleText)).toEqual([]);
      expect(proof.checked).toBeGreaterThan(50);
    },
  );

  test.each(['new-with-old', 'none'] as const)(
    'a root that issues leaves can be rotated, cross-signing %s',
    async crossSigning => {
      expect(await told(single(), { tier: 'root', crossSigning })).toEqual([]);
    },
  );
});

test('a tier without a CA has nothing to rotate', async () => {
  expect(await prove(single())).toBeUndefined();
});

test('an issuing CA can be retired once its leaves are revoked, and its last CRL stays', async () => {
  const world = copy();
  const rotate = (step: string) => world.succeed('ca', 'rotate', step, '--tier', 'issuing');
  await rotate('prepare');
  await rotate('publish');
  world.now = new Date(world.now.getTime() + 86_400_000);
  for (const step of ['activate', 'drain']) await rotate(step);
  await world.succeed('issue', 'payments', '--force');
  const [first] = await told(world, { step: 'retire' });
  expect(first).toContain('rejects the client payments');
  await world.succeed('revoke', 'payments', '--previous', '--reason', 'superseded');
  expect(await told(world, { step: 'retire' })).toEqual([]);
});

describe('the proof reads the files in public/', () => {
  test('the proof fails when a CRL is missing', async () => {
    const world = copy();
    rmSync(world.home.public.crlDer('root-g1'));
    const [first] = await told(world);
    expect(first).toContain('in phase prepared, at 2026-11-21T00:00:00Z, a server');
    expect(first).toContain('rejects the client payments and 1 more (chain of issuing-g1): CN=');
    expect(first).toContain('[crl-missing, RFC 5280 §6.3.3]');
  });

  test('the proof fails when the CRLs have expired', async () => {
    const world = copy({ now: new Date('2026-12-06T00:00:00Z') });
    expect((await told(world))[0]).toContain('crl-expired');
  });

  test('the proof fails when the bundle is missing', async () => {
    const world = copy();
    rmSync(world.home.public.bundlePem);
    expect((await told(world))[0]).toContain('no certificate of its issuer');
  });
});
