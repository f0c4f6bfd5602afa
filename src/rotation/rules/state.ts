/**
 * Derives the open rotation, its phase and the contradictions between the records and the files. Steps, gates and the status call it; it
 * reads nothing itself.
 */
import { isCertified, replaceable, type CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import type { Authority, FurtherCertificate, LeafTotals, OwnTier } from '../../record/authority.ts';
import type { Crl } from '../../record/crl.ts';
import type { Acknowledgement, Rotation } from '../../record/rotation.ts';
import type { PublishedDirectory } from './published-directory.ts';
import type { TrustConsumer } from './trust-consumer.ts';
import { plural } from '../../text/plural.ts';

type Phase = 'prepared' | 'published' | 'activated' | 'draining';

/** The records and the files that determine the state of a rotation. */
export interface RotationFacts {
  readonly tier: OwnTier;
  /** All rotations, in the order in which they began. */
  readonly rotations: readonly Rotation[];
  readonly authorities: readonly Authority[];
  readonly further: readonly FurtherCertificate[];
  /** The newest CRL by CA id, and its state in public/. */
  readonly crls: ReadonlyMap<string, { readonly crl: Crl; readonly isPublished: boolean }>;
  /** The roots in public/bundle.pem; absent when it cannot be read. */
  readonly bundle?: ReadonlySet<string>;
  readonly acknowledgements: readonly Acknowledgement[];
  readonly leaves: ReadonlyMap<string, LeafTotals>;
  /** Names of the services whose files contain an outdated trust bundle or chain. */
  readonly behind: { readonly anchors: readonly string[]; readonly chains: readonly string[] };
  /** Services with a pending deployment. */
  readonly undeployed: readonly string[];
  /** public/ first, then the directories of the policy. */
  readonly published: readonly PublishedDirectory[];
  readonly consumers: readonly TrustConsumer[];
}

/** The facts from the manifest alone, which the proof needs. */
export type RotationRecords = Pick<
  RotationFacts,
  'tier' | 'rotations' | 'authorities' | 'further' | 'acknowledgements'
>;

/** A rotation in progress. */
export interface OpenRotation {
  readonly rotation: Rotation;
  readonly phase: Phase;
  readonly since: Date;
  readonly from: CertifiedAuthority;
  readonly to: CertifiedAuthority;
  /** Results that the last step lacks; taking it again creates them. */
  readonly unfinished: readonly string[];
  /** Contradictions between the records and the files that no interruption explains. */
  readonly contradictions: readonly string[];
}

/** Returns the recorded phase and its begin. */
export function recordedPhase({
  preparedAt,
  publishedAt,
  activatedAt,
  drainingSince,
}: Rotation): readonly [Phase, Date] {
  if (drainingSince !== undefined) return ['draining', drainingSince];
  if (activatedAt !== undefined) return ['activated', activatedAt];
  return publishedAt === undefined ? ['prepared', preparedAt] : ['published', publishedAt];
}

/** The states of both CAs in each phase. */
const STATES: Readonly<Record<Phase, { readonly from: Authority['state']; readonly to: Authority['state'] }>> = {
  prepared: { from: 'active', to: 'prepared' },
  published: { from: 'active', to: 'prepared' },
  activated: { from: 'active', to: 'active' },
  draining: { from: 'draining', to: 'active' },
};

/** Returns the recorded rotation of the tier that is in progress. It has begun once the successor has its certificate. */
export function runningRotation(records: Pick<RotationRecords, 'rotations' | 'tier' | 'authorities'>) {
  const rotation = unendedRotation(records);
  return rotation !== undefined && isCertified(successorOf(rotation, records)) ? rotation : undefined;
}

/** A rotation whose successor waits for the certificate of an external CA. */
export interface AwaitedRotation {
  readonly rotation: Rotation;
  /** The pending successor. */
  readonly to: Authority;
}

/** Returns the rotation of the tier whose successor waits for its certificate; undefined when there is none. */
export function awaitedRotation(
  records: Pick<RotationRecords, 'rotations' | 'tier' | 'authorities'>,
): AwaitedRotation | undefined {
  const rotation = unendedRotation(records);
  if (rotation === undefined) return undefined;
  const to = successorOf(rotation, records);
  return isCertified(to) ? undefined : { rotation, to };
}

const unendedRotation = ({ rotations, tier }: Pick<RotationRecords, 'rotations' | 'tier'>): Rotation | undefined =>
  rotations.find(each => each.tier === tier && each.endedAt === undefined);

const successorOf = ({ toId }: Rotation, { authorities }: Pick<RotationRecords, 'authorities'>): Authority =>
  authorities.find(({ id }) => id === toId)!;

/** Returns the rotation of the tier in progress, compared with the files; undefined when there is none. */
export function openRotation(facts: RotationFacts): OpenRotation | undefined {
  const rotation = runningRotation(facts);
  if (rotation === undefined) return undefined;
  const certified = (id: string) => facts.authorities.filter(isCertified).find(each => each.id === id)!;
  const [phase, since] = recordedPhase(rotation);
  const [from, to] = [certified(rotation.fromId), certified(rotation.toId)];
  const open = { rotation, phase, since, from, to };
  return { ...open, unfinished: unfinished(open, facts), contradictions: contradictions(open, facts) };
}

type Held = Pick<OpenRotation, 'rotation' | 'phase' | 'from' | 'to'>;

function unfinished({ rotation, phase, to }: Held, { crls, bundle }: RotationFacts): string[] {
  const missing: string[] = [];
  if (crls.get(to.id)?.isPublished !== true) missing.push(`the CRL of ${to.id} is not in public/crl`);
  if (rotation.selfTest === undefined) missing.push(`${to.id} has not issued its test certificate`);
  if (phase !== 'prepared' && to.tier === 'root' && bundle?.has(to.id) !== true) {
    missing.push(`public/bundle.pem does not contain ${to.id}`);
  }
  return missing;
}

function contradictions({ rotation, phase, from, to }: Held, facts: RotationFacts): string[] {
  const found: string[] = [];
  const expected = STATES[phase];
  for (const [authority, state] of [
    [from, expected.from],
    [to, expected.to],
  ] as const) {
    // a CA can be tainted in any phase
    if (authority.state !== state && !(authority === from && from.state === 'tainted')) {
      found.push(`${authority.id} is ${authority.state}, but must be ${state} while the rotation is ${phase}`);
    }
  }
  const { preparedAt, publishedAt, activatedAt, drainingSince } = rotation;
  const dates = [preparedAt, publishedAt, activatedAt, drainingSince];
  if (dates.some((date, index) => index > 0 && date !== undefined && !(dates[index - 1]! <= date))) {
    found.push('the recorded times of its steps are out of order');
  }
  if (to.keyLocation === 'destroyed') found.push(`the key of ${to.id} was destroyed`);
  const waiting = phase === 'prepared' || phase === 'published';
  const issued = facts.leaves.get(to.id)?.live ?? 0;
  if (waiting && issued > 0) found.push(`${to.id} has issued ${plural(issued, 'certificate')} but was never activated`);
  if (phase === 'prepared' && to.tier === 'root' && facts.bundle?.has(to.id)) {
    found.push(`public/bundle.pem contains ${to.id}, which was never published`);
  }
  if (!waiting && to.tier === 'root') {
    const crossed = new Set(facts.further.filter(({ issuerId }) => issuerId === to.id).map(each => each.authorityId));
    for (const { id, tier, certificate } of facts.authorities) {
      if (tier === 'issuing' && crossed.has(id) && certificate?.issuerId === from.id) {
        found.push(`the chain of ${id} ends at ${from.id}, although ${to.id} was activated`);
      }
    }
  }
  return found;
}

/** Returns the CA that the next rotation of the tier would replace. */
export const currentAuthority = ({ authorities, tier }: Pick<RotationFacts, 'authorities' | 'tier'>) =>
  replaceable(authorities, tier);
