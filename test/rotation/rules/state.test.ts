import { decideStep } from '../../../src/rotation/rules/decision.ts';
import type { TrustConsumer } from '../../../src/rotation/rules/trust-consumer.ts';
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

  test('a successor that issues is held to its gaps only if a longer certificate for its key closes them', () => {
    const found = { ...NOTHING_FOUND, gaps: ['issuing-g2 cannot issue'], remedy: 'svcauth ca extend issuing-g2' };
    const closed = (step: RotationStep, phase: Phase, isExtendable: boolean) =>
      gatesOf(step, factsIn(phase), { ...found, isExtendable }, hours(70)).filter(({ open }) => !open);
    for (const [step, phase] of [
      ['drain', 'activated'],
      ['retire', 'draining'],
    ] as const) {
      expect(closed(step, phase, true)).toMatchObject([{ name: 'proof', remedy: 'svcauth ca extend issuing-g2' }]);
      expect(closed(step, phase, false)).toEqual([]);
    }
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

describe('the published directories', () => {
  /** A directory of the policy; `since` in hours, for the CRL of issuing-g2. */
  const docroot = (since?: number): PublishedDirectory => ({
    directory: '/srv/www',
    isHome: false,
    anchors: new Map(),
    crls: new Map([['issuing-g2', since === undefined ? {} : { since: hours(since) }]]),
  });
  const gateOf = (name: string, published: readonly PublishedDirectory[], now: Date, step: RotationStep = 'activate') =>
    gatesOf(step, factsIn(step === 'activate' ? 'published' : 'draining', { published }), NOTHING_FOUND, now).find(
      gate => gate.name === name,
    );
  const home = publicDirectory('root-g1', 'issuing-g1', 'issuing-g2');

  test('the soak starts when the last directory holds the CRL of the successor', () => {
    const opens = new Date(hours(5).getTime() + 86_400_000);
    expect(gateOf('soak', [home, docroot(5)], hours(28))).toMatchObject({ open: false, opensAt: opens });
    expect(gateOf('soak', [home, docroot(5)], opens)).toMatchObject({ open: true });
    // held before the step publish: the soak counts from the step
    expect(gateOf('soak', [home, docroot(0)], hours(25))).toMatchObject({ open: true });
  });

  test.each([
    [
      'that cannot be read',
      { ...docroot(0), obstacle: 'it does not exist', crls: new Map() },
      'it cannot be read: it does not exist',
    ],
    ['without the CRL of the successor', { ...docroot(0), crls: new Map() }, 'it does not hold the CRL of issuing-g2'],
  ])('a directory %s closes the gates, and the remedy publishes to it', (_, lost, problem) => {
    const remedy = 'svcauth crl publish --to /srv/www';
    expect(gateOf('published', [home, lost], hours(90))).toMatchObject({ open: false, remedy });
    expect(gateOf('published', [home, lost], hours(90))?.message).toContain(`/srv/www: ${problem}`);
    expect(gateOf('soak', [home, lost], hours(90))).toMatchObject({ open: false, remedy });
    expect(gateOf('soak', [home, lost], hours(90))).not.toHaveProperty('opensAt');
    expect(gateOf('published', [home, lost], hours(90), 'retire')).toMatchObject({ open: false, remedy });
  });

  test('a directory that no run has recorded starts no soak', () => {
    expect(gateOf('soak', [home, docroot()], hours(90))).toMatchObject({ open: false });
    expect(gateOf('published', [home, docroot()], hours(90))).toMatchObject({ open: true });
  });

  test('a root must be an anchor in every directory', () => {
    const root = { tier: 'root', fromId: 'root-g1', toId: 'root-g2' } as const;
    const authorities = [authority('root-g1', 'active', 'root-g1'), authority('root-g2', 'prepared', 'root-g2')];
    const held = { ...docroot(0), crls: new Map([['root-g2', { since: hours(0) }]]) };
    const message = (published: readonly PublishedDirectory[]) =>
      gatesOf(
        'activate',
        factsIn('published', { tier: 'root', authorities, published }, root),
        NOTHING_FOUND,
        hours(90),
      ).find(({ name }) => name === 'published')?.message;
    expect(message([publicDirectory('root-g2'), held])).toBe('/srv/www: it does not hold the anchor of root-g2');
    expect(message([publicDirectory('root-g2'), { ...held, anchors: held.crls }])).toBe(
      'public/, /srv/www hold root-g2',
    );
  });
});

describe('the consumers', () => {
  const crls = new Map([['issuing-g2', {}]]);
  const consumer = (changes: Partial<TrustConsumer>): TrustConsumer => ({
    name: 'nginx',
    services: 1,
    reload: 'hook',
    ...changes,
  });
  const gateOf = (consumers: readonly TrustConsumer[], now = hours(30), step: RotationStep = 'activate') =>
    gatesOf(step, factsIn(PHASE_OF[step as keyof typeof PHASE_OF], { consumers }), NOTHING_FOUND, now).find(
      ({ name }) => name === 'consumers-loaded',
    )!;
  const PHASE_OF = { activate: 'published', drain: 'activated', retire: 'draining' } as const;

  test.each([
    ['nothing', consumer({})],
    ['an older bundle', consumer({ loaded: { bundleSequence: 6, crls } })],
    ['no CRL of the successor', consumer({ loaded: { bundleSequence: 7, crls: new Map() } })],
  ])('a consumer that has loaded %s closes the gate of each step, which names it', (_, each) => {
    for (const step of ['activate', 'drain', 'retire'] as const) {
      expect(gateOf([each], hours(90), step)).toMatchObject({
        open: false,
        message: '0 of 1 consumer loaded issuing-g2; missing: nginx',
      });
    }
    expect(isForcible(gateOf([each]))).toBe(true);
  });

  test('a consumer that has loaded the bundle and the CRL of the successor opens the gate', () => {
    expect(gateOf([consumer({ loaded: { bundleSequence: 7, crls } })])).toMatchObject({ open: true });
    expect(gateOf([])).toMatchObject({ open: true, message: 'no consumer is known' });
  });

  test('a consumer that reloads by itself opens the gate one interval after the publication', () => {
    const self = consumer({ name: 'etcd', reload: 'self', every: 7200 });
    expect(gateOf([self], new Date(hours(3).getTime() - 1000))).toMatchObject({ open: false, opensAt: hours(3) });
    expect(gateOf([self], hours(3))).toMatchObject({ open: true });
  });

  test('a consumer that an operator reloads counts as not loaded until it is reported', () => {
    const manual = consumer({ name: 'appliance', reload: 'manual' });
    expect(gateOf([manual])).toMatchObject({ open: false, remedy: 'svcauth reload appliance --done' });
    expect(gateOf([consumer({})])).toMatchObject({ open: false, remedy: 'svcauth reload nginx' });
    expect(gateOf([{ ...manual, loaded: { bundleSequence: 7, crls } }])).toMatchObject({ open: true });
  });

  test('for services without a hook only the soak counts, and the gate says so', () => {
    const undeclared = consumer({ name: 'undeclared', reload: 'undeclared', services: 3 });
    expect(gateOf([undeclared])).toMatchObject({
      open: true,
      message: 'no consumer is known; 3 services without a hook: only the soak counts',
    });
  });
});

describe('a successor that waits for its certificate', () => {
  const pending = () => {
    const facts = factsIn('prepared');
    const authorities = facts.authorities.map(each => {
      const { certificate: _, ...rest } = each;
      return each.id === 'issuing-g2' ? { ...rest, state: 'pending' as const } : each;
    });
    return { ...facts, authorities };
  };

  test('the rotation has not begun, and its only gate names the request and the command that installs the certificate', () => {
    expect(openRotation(pending())).toBeUndefined();
    const status = rotationStatus(pending(), NOTHING_FOUND, hours(2));
    expect(status).toMatchObject({ phase: 'requested', from: 'issuing-g1', to: 'issuing-g2', next: 'prepare' });
    expect(status.gates).toMatchObject([
      { name: 'certificate-installed', open: false, remedy: 'svcauth ca install-cert CERT' },
    ]);
    expect(nextRotationStep(pending(), NOTHING_FOUND, { prepare: start, activate: start }, hours(2))).toBeUndefined();
  });

  test('only a rollback changes something, and prepare is done', () => {
    const decide = (step: RotationStep) => decideStep({ step, tier: 'issuing' }, pending(), NOTHING_FOUND, hours(2));
    expect(decide('prepare').turn).toBe('done');
    expect(decide('rollback').turn).toBe('do');
    for (const step of ['publish', 'activate', 'drain', 'retire'] as const) {
      expect(() => decide(step)).toThrow('issuing-g2 waits for its certificate');
    }
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
