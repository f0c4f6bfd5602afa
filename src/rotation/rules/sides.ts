/**
 * Lists the leaves and their chains before and after the activation, both existing and planned. The course of a rotation calls it; it
 * knows no times.
 */
import type { AuthorityAbove, PlannedAuthority, Validity } from '../../ca/rules/planned-authority.ts';
import { chainToRoot, isCertified, leafTier, ownTier, type CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import { lifeOf } from '../../ca/rules/life.ts';
import { crlAddress } from '../../policy/rules/crl-url.ts';
import type { Authority, FurtherCertificate, OwnTier } from '../../record/authority.ts';
import { asKnown, factsOf, plannedCertificate, plannedCross } from './planned-certificate.ts';
import type { LeafDemand } from './issuing-gap.ts';
import { planNext, type PlannedCross, type Successor } from './successor.ts';
import type { NotAfterPolicy } from '../../policy/rules/not-after-policy.ts';
import type { Seconds } from '../../time/duration.ts';
import type { KnownCertificate } from '../../verifiers/rules/situation.ts';
import type { Rotation } from '../../record/rotation.ts';
import { type RotationStep } from './timetable.ts';

/** An existing or planned CA, with every certificate of its key by the CA that issued it. */
export interface Signer extends Validity {
  readonly id: string;
  readonly tier: Authority['tier'];
  readonly keyAlgorithm: Authority['keyAlgorithm'];
  readonly isActive: boolean;
  readonly certificate: KnownCertificate;
  readonly by: ReadonlyMap<string, KnownCertificate>;
}

/** A CA with the chain that is sent after its leaves. */
export interface ServedBy {
  readonly name: string;
  readonly signer: Signer;
  readonly chain: readonly KnownCertificate[];
}

/** An issuing CA that is planned below a new root. */
interface MadeSigner extends Signer {
  /** The issuing CA that it replaces. */
  readonly after: string;
}

export interface RotationSides {
  readonly old: readonly ServedBy[];
  readonly next: readonly ServedBy[];
  /** CAs that would be created besides the successor. */
  readonly made: readonly MadeSigner[];
  /** True if every leaf stays and gets another chain. */
  readonly rechained: boolean;
}

const SIGNED: readonly Authority['state'][] = ['active', 'draining', 'tainted'];

/** Returns the CAs whose leaves are in use, including a tainted one until they are replaced. */
const leafSigners = (start: RotationStart): readonly Signer[] =>
  start.authorities
    .filter(isCertified)
    .filter(({ tier, state }) => tier === leafTier(start.authorities) && SIGNED.includes(state))
    .map(each => signerOf(each, start));

export function signerOf(authority: CertifiedAuthority, { further }: Pick<RotationStart, 'further'>): Signer {
  const { id, tier, keyAlgorithm, state, certificate } = authority;
  const others = further
    .filter(({ authorityId }) => authorityId === id)
    .map(each => [each.issuerId, asKnown(each)] as const);
  return {
    id,
    tier,
    keyAlgorithm,
    isActive: state === 'active',
    ...lifeOf(authority),
    certificate: asKnown(certificate),
    by: new Map([...others, [certificate.issuerId, asKnown(certificate)]]),
  };
}

/** Returns a planned CA as the proof sees it; `above` absent: it issues its own certificate. */
export function plannedSigner(planned: PlannedAuthority, above: Signer | undefined, start: RotationStart): Signer {
  const { id, tier, keyAlgorithm, notBefore, notAfter } = planned;
  const certificate = plannedCertificate(planned, start, above && factsOf(above.certificate, above.keyAlgorithm));
  const by = new Map([[above?.id ?? id, certificate]]);
  return { id, tier, keyAlgorithm, isActive: false, notBefore, notAfter, certificate, by };
}

export const addressOf = (crlUrl: string | undefined, { id }: Pick<Signer, 'id'>): string | undefined =>
  crlUrl === undefined ? undefined : crlAddress(crlUrl, id);

/** Returns the same CA with an additional certificate. */
function certifiedBy(
  signer: Signer,
  above: Signer,
  { notBefore, notAfter, crlUrl }: PlannedCross,
  start: RotationStart,
) {
  const { certificate, keyAlgorithm, by } = signer;
  const terms = { tier: ownTier(signer), notBefore, notAfter, ...(crlUrl !== undefined && { crlUrl }) };
  const aboveFacts = factsOf(above.certificate, above.keyAlgorithm);
  const cross = plannedCross(factsOf(certificate, keyAlgorithm), terms, start.trustDomain, aboveFacts);
  return { ...signer, by: new Map([...by, [above.id, cross]]) };
}

/**
 * Returns the leaves and chains before and after the activation. Cross-certificates that do not exist yet are planned; they include those
 * of the issuing CAs by the new root.
 */
export function rotationSides(from: Signer, to: Signer, start: RotationStart): RotationSides {
  const signers = leafSigners(start).filter(({ id }) => id !== to.id);
  if (from.tier === leafTier(start.authorities)) {
    return {
      old: signers.map(signer => servedBy(signer, rootsOf(start), start)),
      next: [servedBy(to, rootsOf(start), start)],
      made: [],
      rechained: false,
    };
  }
  const crosses = start.rotation === undefined ? (start.successor?.crosses ?? []) : [];
  const crossed = (signer: Signer): Signer =>
    crosses
      .filter(({ subject }) => (subject === 'successor' ? to.id : subject.id) === signer.id)
      .reduce((done, cross) => certifiedBy(done, cross.by === 'successor' ? to : from, cross, start), signer);
  const [oldRoot, newRoot] = [crossed(from), crossed(to)];
  const roots = [...rootsOf(start).filter(({ id }) => id !== from.id && id !== to.id), oldRoot, newRoot];
  const below = signers.map(crossed);
  const old = below.filter(signer => signer.by.has(from.id));
  const moved = below.filter(signer => signer.by.has(to.id) || oldRoot.by.has(to.id));
  const made =
    moved.length === 0
      ? old
          .slice(0, 1)
          .map(({ id: after }) => ({ ...plannedSigner(planBelow(after, newRoot, start), newRoot, start), after }))
      : [];
  return {
    old: old.map(signer => servedBy(signer, roots, start, from.id)),
    next: [...moved, ...made].map(signer => servedBy(signer, roots, start, to.id)),
    made,
    rechained: moved.length > 0 && old.every(signer => moved.includes(signer)),
  };
}

/** Plans the successor of an issuing CA below a new root that certifies no existing CA. */
export function planBelow(after: string, root: AuthorityAbove, start: RotationStart): PlannedAuthority {
  const { authorities, backdate, crlUrl, now } = start;
  const from = authorities.filter(isCertified).find(({ id }) => id === after)!;
  return planNext(
    from,
    root,
    {},
    authorities,
    { leaf: { backdate }, crl: { ...(crlUrl !== undefined && { url: crlUrl }) } },
    now,
  );
}

const rootsOf = (start: RotationStart): readonly Signer[] =>
  start.authorities
    .filter(isCertified)
    .filter(({ tier }) => tier === 'root')
    .map(each => signerOf(each, start));

/**
 * Returns the chain of a CA, with the policy CAs above it and the cross-certificates of its root (RFC 9810 §4.4). The root `preferred`
 * ends the chain if possible.
 */
function servedBy(signer: Signer, roots: readonly Signer[], start: RotationStart, preferred?: string): ServedBy {
  const { id, tier, by, certificate } = signer;
  if (tier === 'root') return { name: id, signer, chain: crossesOf(signer) };
  const aboveId = preferred !== undefined && by.has(preferred) ? preferred : issuerIdOf(by, certificate);
  const policies = policiesFrom(aboveId, start);
  const rootId = policies.at(-1)?.certificate.issuerId ?? aboveId;
  const root = roots.find(each => each.id === rootId);
  const name = preferred === undefined ? id : `${id} under ${rootId}`;
  const between = policies.map(each => asKnown(each.certificate));
  return { name, signer, chain: [by.get(aboveId)!, ...between, ...(root ? crossesOf(root) : [])] };
}

/** Returns the policy CAs from this CA up to its root; empty for a root. */
function policiesFrom(id: string, { authorities }: RotationStart): readonly CertifiedAuthority[] {
  const first = authorities.filter(isCertified).find(each => each.id === id);
  return first === undefined ? [] : chainToRoot(first, authorities).filter(({ tier }) => tier === 'policy');
}

const issuerIdOf = (by: Signer['by'], certificate: KnownCertificate): string =>
  [...by].find(([, each]) => each.der === certificate.der)![0];

const crossesOf = ({ id, by }: Signer): readonly KnownCertificate[] =>
  [...by].flatMap(([issuerId, cross]) => (issuerId === id ? [] : [cross]));
/** The facts of a PKI that a rotation of one tier depends on. */
export interface RotationStart {
  readonly now: Date;
  readonly trustDomain: string;
  /** The stem of the CA subjects. */
  readonly name: string;
  readonly tier: OwnTier;
  /** The rotation in progress; absent: it is planned from the beginning. */
  readonly rotation?: Rotation | undefined;
  /** The plan that `prepare` would carry out, if no rotation is in progress; absent: no successor can be planned. */
  readonly successor?: Successor | undefined;
  /** The soak in seconds, used if no rotation is in progress. */
  readonly soak: number;
  /** The step that is assumed to be taken now. */
  readonly step?: RotationStep | undefined;
  /** A required acknowledgement of the bundle is missing. */
  readonly unacknowledged: boolean;
  readonly authorities: readonly Authority[];
  readonly further: readonly FurtherCertificate[];
  readonly leaves: readonly LiveLeaf[];
  /** The published files: the DER of the CRL by CA id, and the trust anchors. */
  readonly crls: ReadonlyMap<string, Uint8Array>;
  readonly anchors: readonly Uint8Array[];
  /** Seconds that certificates are backdated by. */
  readonly backdate: Seconds;
  /** The required leaves; those of the policy come first. */
  readonly demands: readonly LeafDemand[];
  readonly notAfterPolicy: NotAfterPolicy;
  /** Lifetime of the first CRL of a CA in seconds. */
  readonly crlLifetime: number;
  readonly crlUrl?: string | undefined;
}
/** A leaf that has not expired. */
interface LiveLeaf extends Validity {
  readonly authorityId: string;
  readonly service: string;
  readonly revoked: boolean;
  readonly der: Uint8Array;
}
