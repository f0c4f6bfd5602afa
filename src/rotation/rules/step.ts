/**
 * Returns the next step and the gates of each step. The decision of a step and the status call it; the gates themselves are in
 * `gate.ts`.
 */
import { certifier, chainToRoot, isCertified, type CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import {
  acknowledged,
  begun,
  certificateInstalled,
  chainsGone,
  consumersLoaded,
  crlsFresh,
  issuerOutlives,
  leavesGone,
  NOTHING_FOUND,
  otherRotation,
  proven,
  publishedEverywhere,
  selfTested,
  servicesCurrent,
  servicesDeployed,
  soaked,
  soakedSincePublished,
  wayBack,
  type Gate,
  type ProofFindings,
} from './gate.ts';
import { awaitedRotation, currentAuthority, openRotation, type OpenRotation, type RotationFacts } from './state.ts';

export type RotationStep = 'prepare' | 'publish' | 'activate' | 'drain' | 'retire' | 'rollback';

type ForwardStep = Exclude<RotationStep, 'rollback'>;

/** The phase in which a step is taken; in later phases it is done. */
const BEGINS_IN = { publish: 'prepared', activate: 'published', drain: 'activated', retire: 'draining' } as const;
const ORDER = ['prepared', 'published', 'activated', 'draining'] as const;

/** The next step of each phase. */
const NEXT_STEP = {
  prepared: 'publish',
  published: 'activate',
  activated: 'drain',
  draining: 'retire',
} as const satisfies Readonly<Record<OpenRotation['phase'], RotationStep>>;

export const nextStep = (open: OpenRotation | undefined): Exclude<RotationStep, 'rollback'> =>
  open === undefined ? 'prepare' : NEXT_STEP[open.phase];

/** The turn of a step. `do`: now; `done`: taken, but files may be missing; `early`: other steps come first; `none`: no rotation. */
type Turn = 'do' | 'done' | 'early' | 'none';

export function turnOf(step: RotationStep, open: OpenRotation | undefined): Turn {
  if (step === 'prepare') return open === undefined ? 'do' : 'done';
  if (open === undefined) return 'none';
  if (step === 'rollback') return 'do';
  const difference = ORDER.indexOf(open.phase) - ORDER.indexOf(BEGINS_IN[step]);
  return difference === 0 ? 'do' : difference > 0 ? 'done' : 'early';
}

/** Returns every gate of a step, open or closed; `found` are the findings of its proof. */
export function gatesOf(step: RotationStep, facts: RotationFacts, found: ProofFindings, now: Date): readonly Gate[] {
  const open = openRotation(facts);
  if (step === 'prepare') {
    const awaited = awaitedRotation(facts);
    return awaited === undefined
      ? [...prepareGates(facts, now), proven(found, facts.tier)]
      : [certificateInstalled(awaited)];
  }
  if (open === undefined) return [];
  const { rotation, from } = open;
  const root = rotation.tier === 'root';
  const beginning = begun(open, facts, now);
  // an open gate says nothing that a reader wants to know
  const notBegun = beginning.open ? [] : [beginning];
  switch (step) {
    case 'publish':
      return [...notBegun, selfTested(open), crlsFresh(facts, now), proven(found, facts.tier)];
    case 'activate':
      return [
        ...notBegun,
        soakedSincePublished(open, facts, now),
        acknowledged(open, facts),
        publishedEverywhere(open, facts),
        consumersLoaded(open, facts, now),
        crlsFresh(facts, now),
        ...(root ? [servicesCurrent(facts, ['anchors']), servicesDeployed(facts)] : []),
        proven(found, facts.tier),
      ];
    case 'drain':
      return [
        ...notBegun,
        publishedEverywhere(open, facts),
        consumersLoaded(open, facts, now),
        crlsFresh(facts, now),
        proven(closableOf(found), facts.tier),
      ];
    case 'retire':
      return [
        ...retireGates(from.id, facts),
        ...(rotation.drainingSince ? [soaked(rotation.drainingSince, rotation.soak, 'draining since', now)] : []),
        publishedEverywhere(open, facts),
        consumersLoaded(open, facts, now),
        proven(closableOf(found), facts.tier),
      ];
    case 'rollback':
      return [wayBack(open, now)];
  }
}

/**
 * Drops the gaps of a successor that already issues, unless a longer certificate for its key closes them. Without one the next rotation is
 * the way out, and this one must not hold it up.
 */
const closableOf = ({ remedy, ...found }: ProofFindings): ProofFindings =>
  found.isExtendable === true ? { ...found, ...(remedy !== undefined && { remedy }) } : { ...found, gaps: [] };

/** Gates that a proof repeats: it would find the handshakes that fail because of them. */
const REPEATED: ReadonlySet<Gate['name']> = new Set(['soak', 'acknowledgements', 'leaves-gone']);

/**
 * Returns the step that its proof assumes to be taken now. Undefined while a gate of `REPEATED` is closed: the proof then judges the step at
 * the time that they allow.
 */
export function stepToProve(step: RotationStep, facts: RotationFacts, now: Date): ForwardStep | undefined {
  const waits = gatesOf(step, facts, NOTHING_FOUND, now).some(({ name, open }) => !open && REPEATED.has(name));
  return waits || step === 'rollback' ? undefined : step;
}

function prepareGates(facts: RotationFacts, now: Date): readonly Gate[] {
  const current = currentAuthority(facts);
  const above = facts.tier === 'issuing' && current ? firstToExpire(facts, current) : undefined;
  const limits = ({ id, certificate }: NonNullable<typeof current>) => ({ id, notAfter: certificate.notAfter });
  return [
    otherRotation(facts),
    ...(current && above ? [issuerOutlives(limits(current), limits(above), above.keyLocation)] : []),
    crlsFresh(facts, now),
  ];
}

/** Returns the first CA to expire above the successor of an issuing CA: its root, or a policy CA between. */
function firstToExpire({ authorities }: RotationFacts, current: CertifiedAuthority): CertifiedAuthority | undefined {
  const above = certifier(authorities, current);
  return (
    above && chainToRoot(above, authorities).reduce((a, b) => (b.certificate.notAfter < a.certificate.notAfter ? b : a))
  );
}

/** Returns the gates before a CA that no longer issues can be retired, after a rotation or a rollback. */
export const retireGates = (id: string, facts: RotationFacts): readonly Gate[] => [
  leavesGone(id, facts),
  chainsGone(id, facts),
  ...(isRoot(id, facts) ? [servicesCurrent(facts, ['anchors', 'chains']), servicesDeployed(facts)] : []),
];

const isRoot = (id: string, { authorities }: RotationFacts): boolean =>
  authorities.some(each => each.id === id && each.tier === 'root');

/** Returns the draining CAs of rolled-back rotations of the tier. */
export function leftovers(facts: RotationFacts) {
  const open = openRotation(facts);
  return facts.authorities
    .filter(isCertified)
    .filter(({ tier, state, id }) => tier === facts.tier && state === 'draining' && id !== open?.from.id)
    .map(authority => {
      const rotation = facts.rotations.findLast(({ toId, fromId }) => toId === authority.id || fromId === authority.id);
      return { authority, since: rotation?.endedAt, soak: rotation?.soak ?? 0 };
    });
}

/** Returns the issuing CAs in use whose chain leads through this root. */
export const issuingBelow = ({ authorities }: Pick<RotationFacts, 'authorities'>, rootId: string) =>
  authorities.filter(isCertified).filter(each => {
    const lives = each.state === 'active' || each.state === 'draining' || each.state === 'prepared';
    return each.tier === 'issuing' && lives && chainToRoot(each, authorities).some(({ id }) => id === rootId);
  });
