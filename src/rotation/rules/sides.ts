import { authoritySubject } from '../../pki/certificate/prepare-authority.ts';
import { isCertified, leafTier, newestActive, type CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import { lifeOf } from '../../ca/rules/life.ts';
import { crlAddress } from '../../policy/rules/crl-url.ts';
import type { Authority, FurtherCertificate } from '../../record/authority.ts';
import { asKnown, factsOf, plannedAuthority, plannedCross, type Validity } from './planned-certificate.ts';
import type { KnownCertificate } from '../../verifiers/rules/situation.ts';
import type { CrossSigning, Rotation } from '../../record/rotation.ts';
import { type RotationStep } from './timetable.ts';

/** A CA, real or planned, with every certificate of its key by who signed it. */
export interface Signer extends Validity {
  readonly id: string;
  readonly tier: Authority['tier'];
  readonly keyAlgorithm: Authority['keyAlgorithm'];
  readonly isActive: boolean;
  readonly certificate: KnownCertificate;
  readonly by: ReadonlyMap<string, KnownCertificate>;
}

/** A CA whose leaves are sent with this chain behind them. */
export interface ServedBy {
  readonly name: string;
  readonly signer: Signer;
  readonly chain: readonly KnownCertificate[];
}

export interface RotationSides {
  readonly old: readonly ServedBy[];
  readonly next: readonly ServedBy[];
  /** CAs that would be made besides the one that comes. */
  readonly made: readonly Signer[];
  /** Every leaf stays, and gets another chain. */
  readonly rechained: boolean;
}

const SIGNED: readonly Authority['state'][] = ['active', 'draining', 'tainted'];

/** The CAs whose leaves are in use: of a tainted one, too, until they are replaced. */
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

/** The CA that would come after `from`: it lives as long, but no longer than the CA above it. */
export function plannedSuccessor(from: Signer, start: RotationStart, above = signingRoot(from.tier, start)): Signer {
  const { authorities, name, trustDomain, now, backdate, crlUrl } = start;
  const { tier, keyAlgorithm } = from;
  const generation = Math.max(...authorities.filter(each => each.tier === tier).map(each => each.generation)) + 1;
  const id = `${tier}-g${generation}`;
  const end = new Date(now.getTime() + from.notAfter.getTime() - from.notBefore.getTime());
  const validity = {
    notBefore: new Date(now.getTime() - backdate * 1000),
    notAfter: above !== undefined && above.notAfter < end ? above.notAfter : end,
  };
  const certificate = plannedAuthority(
    {
      ...validity,
      tier,
      subjectDer: authoritySubject(name, trustDomain, tier, generation),
      trustDomain,
      nameConstraints: factsOf(from.certificate, keyAlgorithm).nameConstraints,
      crlUrl: above && addressOf(crlUrl, above),
    },
    above && factsOf(above.certificate, above.keyAlgorithm),
  );
  const by = new Map([[above?.id ?? id, certificate]]);
  return { id, tier, keyAlgorithm, isActive: false, ...validity, certificate, by };
}

function signingRoot(tier: Authority['tier'], start: RotationStart): Signer | undefined {
  const root = tier === 'issuing' ? newestActive(start.authorities, 'root') : undefined;
  return root && signerOf(root, start);
}

export const addressOf = (crlUrl: string | undefined, { id }: Pick<Signer, 'id'>): string | undefined =>
  crlUrl === undefined ? undefined : crlAddress(crlUrl, id);

/** The same CA with the certificate that `above` would give it. */
function certifiedBy(signer: Signer, above: Signer, { now, backdate, trustDomain, crlUrl }: RotationStart): Signer {
  const cross = plannedCross(
    signer.certificate,
    {
      tier: signer.tier,
      trustDomain,
      notBefore: new Date(now.getTime() - backdate * 1000),
      notAfter: signer.notAfter < above.notAfter ? signer.notAfter : above.notAfter,
      nameConstraints: factsOf(signer.certificate, signer.keyAlgorithm).nameConstraints,
      crlUrl: addressOf(crlUrl, above),
    },
    factsOf(above.certificate, above.keyAlgorithm),
  );
  return { ...signer, by: new Map([...signer.by, [above.id, cross]]) };
}

/**
 * Which leaves there are before the activation and after it, with which chains. Cross certificates that are not made yet are planned:
 * where there are any, those of the issuing CAs by the new root are among them.
 */
export function rotationSides(from: Signer, to: Signer, start: RotationStart): RotationSides {
  const signers = leafSigners(start).filter(({ id }) => id !== to.id);
  if (from.tier === leafTier(start.authorities)) {
    return {
      old: signers.map(signer => servedBy(signer, rootsOf(start))),
      next: [servedBy(to, rootsOf(start))],
      made: [],
      rechained: false,
    };
  }
  const planned = start.rotation === undefined ? start.crossSigning : undefined;
  const oldRoot = planned === 'old-with-new' || planned === 'both' ? certifiedBy(from, to, start) : from;
  const newRoot = planned === 'new-with-old' || planned === 'both' ? certifiedBy(to, from, start) : to;
  const roots = [...rootsOf(start).filter(({ id }) => id !== from.id && id !== to.id), oldRoot, newRoot];
  const below = signers.map(signer =>
    planned !== undefined && planned !== 'none' && signer.by.has(from.id) ? certifiedBy(signer, to, start) : signer,
  );
  const old = below.filter(signer => signer.by.has(from.id));
  const moved = below.filter(signer => signer.by.has(to.id) || oldRoot.by.has(to.id));
  const made = moved.length === 0 ? old.slice(0, 1).map(signer => plannedSuccessor(signer, start, newRoot)) : [];
  return {
    old: old.map(signer => servedBy(signer, roots, from.id)),
    next: [...moved, ...made].map(signer => servedBy(signer, roots, to.id)),
    made,
    rechained: moved.length > 0 && old.every(signer => moved.includes(signer)),
  };
}

const rootsOf = (start: RotationStart): readonly Signer[] =>
  start.authorities
    .filter(isCertified)
    .filter(({ tier }) => tier === 'root')
    .map(each => signerOf(each, start));

/** The chain without its root, by the root `preferred` where that certifies it, and its root certified by others (RFC 9810 §4.4). */
function servedBy(signer: Signer, roots: readonly Signer[], preferred?: string): ServedBy {
  const { id, tier, by, certificate } = signer;
  if (tier === 'root') return { name: id, signer, chain: crossesOf(signer) };
  const rootId = preferred !== undefined && by.has(preferred) ? preferred : issuerIdOf(by, certificate);
  const root = roots.find(each => each.id === rootId);
  const name = preferred === undefined ? id : `${id} under ${rootId}`;
  return { name, signer, chain: [by.get(rootId)!, ...(root ? crossesOf(root) : [])] };
}

const issuerIdOf = (by: Signer['by'], certificate: KnownCertificate): string =>
  [...by].find(([, each]) => each.der === certificate.der)![0];

const crossesOf = ({ id, by }: Signer): readonly KnownCertificate[] =>
  [...by].flatMap(([issuerId, cross]) => (issuerId === id ? [] : [cross]));
/** A PKI as it is, as far as a rotation of one tier matters to it. */
export interface RotationStart {
  readonly now: Date;
  readonly trustDomain: string;
  /** The stem of the CA subjects. */
  readonly name: string;
  readonly tier: Authority['tier'];
  /** Of the tier, and not ended; absent: it is planned from the beginning. */
  readonly rotation?: Rotation | undefined;
  /** Where there is no rotation yet. */
  readonly crossSigning: CrossSigning;
  /** Seconds. Where there is no rotation yet. */
  readonly soak: number;
  /** Assumed to be taken now, whether its time has come or not. */
  readonly step?: RotationStep | undefined;
  /** A verifier that must acknowledge the bundle has not. */
  readonly unacknowledged: boolean;
  readonly authorities: readonly Authority[];
  readonly further: readonly FurtherCertificate[];
  readonly leaves: readonly LiveLeaf[];
  /** What verifiers are given: by authority the DER of its CRL, and the trust anchors. */
  readonly crls: ReadonlyMap<string, Uint8Array>;
  readonly anchors: readonly Uint8Array[];
  /** Seconds that certificates are backdated by. */
  readonly backdate: number;
  /** Seconds that a leaf lives where nothing else is asked for. */
  readonly leafLifetime: number;
  /** Seconds that the first CRL of a CA is good for. */
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
