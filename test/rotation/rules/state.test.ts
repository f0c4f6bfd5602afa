import type { PublishedDirectory } from '../../../src/rotation/rules/published-directory.ts';
import { describe, expect, test } from 'vitest';
import type { Authority, LeafTotals } from '../../../src/record/authority.ts';
import type { Crl } from '../../../src/record/crl.ts';
import type { Rotation } from '../../../src/record/rotation.ts';
import { isForcible, NOTHING_FOUND, type ProofFindings } from '../../../src/rotation/rules/gate.ts';
import { openRotation, type RotationFacts } from '../../../src/rotation/rules/state.ts';
import { nextRotationStep, rotationStatus } from '../../../src/rotation/rules/status.ts';
import { gatesOf, turnOf, type RotationStep } from '../../../src/rotation/rules/step.ts';
import { at, authorityRow } from '../../support/pki/rows.ts';

const start = at('2026-11-21');
const hours = (count: number) => new Date(start.getTime() + count * 3_600_000);

function authority(id: string, state: Authority['state'], issuerId: string): Authority {
  const tier = id.startsWith('root') ? 'root' : 'issuing';
  const { authority: row } = authorityRow({ id, tier, state, generation: Number(id.at(-1)) });
  return { ...row, certificate: { ...row.certificate!, issuerId } };
}

const PROGRESS = {
  prepared: {},
  published: { publishedAt: hours(1), publishedSequence: 7 },
  activated: { publishedAt: hours(1), publishedSequence: 7, activatedAt: hours(30) },
  draining: { publishedAt: hours(1), publishedSequence: 7, activatedAt: hours(30), drainingSince: hours(40) },
} as const;
type Phase = keyof typeof PROGRESS;
const PHASES = Object.keys(PROGRESS) as Phase[];
const STATES: Readonly<Record<Phase, readonly [Authority['state'], Authority['state']]>> = {
  prepared: ['active', 'prepared'],
  published: ['active', 'prepared'],
  activated: ['active', 'active'],
  draining: ['draining', 'active'],
};

const rotation = (phase: Phase, changes: Partial<Rotation> = {}): Rotation => ({
  id: 1,
  tier: 'issuing',
  fromId: 'issuing-g1',
  toId: 'issuing-g2',
  crossSigning: 'issuing',
  soak: 86_400,
  requiredAcks: [],
  preparedAt: start,
  selfTest: '0f',
  ...PROGRESS[phase],
  ...changes,
});

const crl = (authorityId: string): Crl => ({
  authorityId,
  number: 1n,
  thisUpdate: start,
  nextUpdate: hours(24 * 14),
  entryCount: 0,
  sha256: '00',
});

/** public/ with the CRL and the anchor of these CAs. */
const publicDirectory = (...ids: readonly string[]): PublishedDirectory => ({
  directory: '/pki/public',
  isHome: true,
  anchors: new Map(ids.map(id => [id, {}])),
  crls: new Map(ids.map(id => [id, {}])),
});

const NO_LEAVES: LeafTotals = { live: 0, superseded: 0, services: [] };

function factsIn(phase: Phase, changes: Partial<RotationFacts> = {}, progress: Partial<Rotation> = {}): RotationFacts {
  const [from, to] = STATES[phase];
  const authorities = [
    authority('root-g1', 'active', 'root-g1'),
    authority('issuing-g1', from, 'root-g1'),
    authority('issuing-g2', to, 'root-g1'),
  ];
  return {
    tier: 'issuing',
    rotations: [rotation(phase, progress)],
    authorities,
    further: [],
    crls: new Map(authorities.map(({ id }) => [id, { crl: crl(id), isPublished: true }])),
    bundle: new Set(['root-g1']),
    acknowledgements: [],
    leaves: new Map(authorities.map(({ id }) => [id, NO_LEAVES])),
    behind: { anchors: [], chains: [] },
    undeployed: [],
    published: [publicDirectory(...authorities.map(({ id }) => id))],
    consumers: [],
    ...changes,
  };
}

const closedGates = (step: RotationStep, facts: RotationFacts, now: Date) =>
  gatesOf(step, facts, NOTHING_FOUND, now)
    .filter(({ open }) => !open)
    .map(({ name }) => name);

describe('the phase of a rotation', () => {
  test.each(PHASES)('the phase is %s where the records and the files agree', phase => {
    expect(openRotation(factsIn(phase))).toMatchObject({ phase, unfinished: [], contradictions: [] });
  });

  test('no phase exists without an open rotation', () => {
    const ended = { endedAt: hours(50), outcome: 'retired' } as const;
    expect(openRotation(factsIn('draining', {}, ended))).toBeUndefined();
    expect(openRotation(factsIn('draining', { tier: 'root' }))).toBeUndefined();
  });

  test('a phase is unfinished while its CRL or test certificate is missing', () => {
    const facts = factsIn('prepared', { crls: new Map() }, {});
    const { selfTest: _, ...untested } = rotation('prepared');
    expect(openRotation({ ...facts, rotations: [untested] })!.unfinished).toEqual([
      'the CRL of issuing-g2 is not in public/crl',
      'issuing-g2 has not issued its test certificate',
    ]);
  });

  test.each(PHASES)('a CA in the wrong state contradicts the phase %s', phase => {
    const facts = factsIn(phase);
    const authorities = facts.authorities.map(each =>
      each.id === 'issuing-g2' ? { ...each, state: 'tainted' as const } : each,
    );
    expect(openRotation({ ...facts, authorities })!.contradictions).toHaveLength(1);
  });

  test('certificates of a CA that was never activated and steps out of order are contradictions', () => {
    const leaves = new Map([['issuing-g2', { ...NO_LEAVES, live: 3 }]]);
    expect(openRotation(factsIn('published', { leaves }))!.contradictions).toEqual([
      'issuing-g2 has issued 3 certificates but was never activated',
    ]);
    expect(openRotation(factsIn('activated', {}, { publishedAt: hours(31) }))!.contradictions).toHaveLength(1);
  });

  test('a root in the bundle that was never published is a contradiction', () => {
    const facts = factsIn('prepared', { tier: 'root', bundle: new Set(['root-g1', 'root-g2']) });
    const roots = [authority('root-g1', 'active', 'root-g1'), authority('root-g2', 'prepared', 'root-g2')];
    const rotations = [rotation('prepared', { tier: 'root', fromId: 'root-g1', toId: 'root-g2' })];
    const crls = new Map([['root-g2', { crl: crl('root-g2'), isPublished: true }]]);
    const open = openRotation({ ...facts, rotations, authorities: roots, crls })!;
    expect(open.contradictions).toEqual(['public/bundle.pem contains root-g2, which was never published']);
  });
});

describe('a step', () => {
  test('a step has its turn in one phase, is early before it and done after it', () => {
    const turns = (step: RotationStep) => PHASES.map(phase => turnOf(step, openRotation(factsIn(phase))));
    expect(turns('prepare')).toEqual(['done', 'done', 'done', 'done']);
    expect(turns('publish')).toEqual(['do', 'done', 'done', 'done']);
    expect(turns('activate')).toEqual(['early', 'do', 'done', 'done']);
    expect(turns('drain')).toEqual(['early', 'early', 'do', 'done']);
    expect(turns('retire')).toEqual(['early', 'early', 'early', 'do']);
    expect(turns('rollback')).toEqual(['do', 'do', 'do', 'do']);
    expect(turnOf('prepare', undefined)).toBe('do');
    expect(turnOf('publish', undefined)).toBe('none');
  });
});

describe('a gate', () => {
  test('the soak gate stays closed to its last second', () => {
    const facts = factsIn('published');
    const opens = new Date(hours(1).getTime() + 86_400_000);
    expect(closedGates('activate', facts, new Date(opens.getTime() - 1000))).toEqual(['soak']);
    expect(closedGates('activate', facts, opens)).toEqual([]);
  });

  test('the acknowledgement gate waits until every verifier has the published sequence', () => {
    const ack = (verifier: string, sequence: number) => ({ verifier, sequence, at: start, source: 'hand' as const });
    const closed = (...acknowledgements: ReturnType<typeof ack>[]) =>
      closedGates('activate', factsIn('published', { acknowledgements }, { requiredAcks: ['a', 'b'] }), hours(30));
    expect(closed()).toEqual(['acknowledgements']);
    expect(closed(ack('a', 7), ack('b', 6))).toEqual(['acknowledgements']);
    expect(closed(ack('a', 7), ack('b', 8), ack('c', 1))).toEqual([]);
  });

  test.each([
    ['is missing', undefined],
    ['is not published', { crl: crl('root-g1'), isPublished: false }],
    ['is stale', { crl: { ...crl('root-g1'), nextUpdate: hours(30) }, isPublished: true }],
  ])('the CRL gate is closed when a CRL %s', (_, known) => {
    const facts = factsIn('published');
    const crls = new Map([...facts.crls].filter(([id]) => id !== 'root-g1'));
    if (known) crls.set('root-g1', known);
    expect(closedGates('activate', { ...facts, crls }, hours(30))).toEqual(['crls-fresh']);
  });

  test('the leaves gate keeps a CA until no valid certificate chains to it', () => {
    const one: LeafTotals = {
      live: 1,
      superseded: 1,
      oneSuperseded: '0a',
      lastNotAfter: hours(100),
      services: ['web'],
    };
    const facts = factsIn('draining', { leaves: new Map([['issuing-g1', one]]) });
    const gate = gatesOf('retire', facts, NOTHING_FOUND, hours(70)).find(({ name }) => name === 'leaves-gone');
    // notAfter is the last good second (RFC 5280 §4.1.2.5)
    expect(gate).toMatchObject({ open: false, opensAt: new Date(hours(100).getTime() + 1000) });
    expect(gate?.remedy).toBe('svcauth revoke 0a --reason superseded');
    expect(gate?.message).toContain('1 valid certificate of web chains to issuing-g1 ');
    expect(closedGates('retire', factsIn('draining'), hours(70))).toEqual([]);
  });

  test('a second rotation cannot begin before the first one is draining', () => {
    const root = { tier: 'root', fromId: 'root-g1', toId: 'root-g2' } as const;
    const closed = (phase: Phase) =>
      closedGates('prepare', factsIn(phase, { rotations: [rotation(phase, root)] }), start).includes('other-rotation');
    expect(PHASES.map(closed)).toEqual([true, true, true, false]);
  });

  test('a root rotation waits until no deployment is pending', () => {
    const root = { tier: 'root', fromId: 'root-g1', toId: 'root-g2' } as const;
    const roots = [authority('root-g1', 'active', 'root-g1'), authority('root-g2', 'prepared', 'root-g2')];
    const facts = factsIn('published', { tier: 'root', undeployed: ['web'], authorities: roots }, root);
    expect(closedGates('activate', { ...facts, crls: new Map() }, hours(30))).toContain('services-deployed');
  });

  test('the proof gate is closed by an issuing gap until the successor issues', () => {
    const found = { ...NOTHING_FOUND, gaps: ['issuing-g2 cannot issue'], remedy: 'svcauth ca extend issuing-g2' };
    const proofOf = (step: RotationStep, phase: Phase) => gatesOf(step, factsIn(phase), found, hours(40)).at(-1)!;
    expect(proofOf('activate', 'published')).toMatchObject({
      open: false,
      message: 'issuing-g2 cannot issue',
      remedy: 'svcauth ca extend issuing-g2',
    });
    expect(proofOf('publish', 'prepared').open).toBe(false);
    expect([proofOf('drain', 'activated').open, proofOf('retire', 'draining').open]).toEqual([true, true]);
  });

  test('a compromise forces the proof gate unless the successor cannot issue', () => {
    const handshakes = ['web is rejected'];
    const gates = (found: ProofFindings) => gatesOf('activate', factsIn('published'), found, hours(40)).at(-1)!;
    expect(isForcible(gates({ ...NOTHING_FOUND, handshakes }))).toBe(true);
    expect(isForcible(gates({ handshakes, gaps: ['issuing-g2 cannot issue'] }))).toBe(false);
  });

  test('the proof gate is closed by a counterexample', () => {
    const gates = gatesOf(
      'drain',
      factsIn('activated'),
      { ...NOTHING_FOUND, handshakes: ['web is rejected', 'more'] },
      hours(40),
    );
    expect(gates.at(-1)).toMatchObject({ name: 'proof', open: false, message: 'web is rejected (and 1 more)' });
  });
});

describe('the status', () => {
  test('the status gives the time of the next step where only time is missing', () => {
    const opens = new Date(hours(1).getTime() + 86_400_000);
    const status = rotationStatus(factsIn('published'), NOTHING_FOUND, hours(2));
    expect(status).toMatchObject({ phase: 'published', next: 'activate', allowedFrom: opens });
    const waiting = rotationStatus(factsIn('published', {}, { requiredAcks: ['a'] }), NOTHING_FOUND, hours(2));
    expect(waiting).not.toHaveProperty('allowedFrom');
  });
});

describe('a scheduled run', () => {
  const due = { prepare: hours(10), activate: hours(20) };
  const idle = () => ({
    ...factsIn('draining'),
    rotations: [],
    authorities: factsIn('prepared').authorities.slice(0, 2),
  });

  test('a scheduled run begins a due rotation, and takes each step whose gates are open', () => {
    expect(nextRotationStep(idle(), NOTHING_FOUND, due, hours(9))).toBeUndefined();
    expect(nextRotationStep(factsIn('prepared'), NOTHING_FOUND, due, hours(2))).toBe('publish');
    expect(nextRotationStep(factsIn('published'), NOTHING_FOUND, due, hours(30))).toBe('activate');
    expect(nextRotationStep(factsIn('published'), NOTHING_FOUND, due, hours(19))).toBeUndefined();
    expect(nextRotationStep(factsIn('activated'), NOTHING_FOUND, due, hours(31))).toBe('drain');
    expect(nextRotationStep(factsIn('draining'), NOTHING_FOUND, due, hours(70))).toBe('retire');
  });

  test('a scheduled run does nothing after a contradiction or a failed proof', () => {
    const leaves = new Map([['issuing-g2', { ...NO_LEAVES, live: 1 }]]);
    expect(nextRotationStep(factsIn('prepared', { leaves }), NOTHING_FOUND, due, hours(2))).toBeUndefined();
    expect(
      nextRotationStep(factsIn('activated'), { ...NOTHING_FOUND, handshakes: ['web is rejected'] }, due, hours(31)),
    ).toBeUndefined();
  });

  test('a scheduled run retires the CA that a rollback left', () => {
    const rolledBack = rotation('activated', { endedAt: hours(31), outcome: 'rolled-back' });
    const authorities = factsIn('activated').authorities.map(each =>
      each.id === 'issuing-g2' ? { ...each, state: 'draining' as const } : each,
    );
    const facts = { ...factsIn('activated'), rotations: [rolledBack], authorities };
    expect(nextRotationStep(facts, NOTHING_FOUND, due, hours(32))).toBeUndefined();
    expect(nextRotationStep(facts, NOTHING_FOUND, due, hours(60))).toBe('retire');
  });
});
