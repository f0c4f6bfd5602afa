/**
 * Plans the successor of the CA of a tier, and the certificates that are created with it. The proof of a rotation and `prepare` call it;
 * it creates no key and signs nothing.
 */
import { REMEDIES } from '../../errors/remedy.ts';
import { crlAddress } from '../../policy/rules/crl-url.ts';
import { certifier, ownTier, type CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import {
  planAuthority,
  within,
  type AuthorityAbove,
  type PlannedAuthority,
  type Validity,
} from '../../ca/rules/planned-authority.ts';
import { issuerFactsOf } from '../../pki/certificate/issuer-facts.ts';
import { decodeCertificate } from '../../pki/certificate/parsed.ts';
import { KEY_ALGORITHMS, type KeyAlgorithmName } from '../../pki/key/algorithm.ts';
import type { Authority } from '../../record/authority.ts';
import type { CrossSigning } from '../../record/rotation.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { currentAuthority, type RotationFacts } from './state.ts';
import { issuingBelow } from './step.ts';

export interface SuccessorRequest {
  readonly crossSigning: CrossSigning;
  /** Seconds; absent: the lifetime of the CA that is replaced. */
  readonly lifetime?: number;
  /** Absent: the algorithm of the CA that is replaced. */
  readonly keyAlgorithm?: KeyAlgorithmName;
  /** Seconds between publishing and activating; absent: the policy's. */
  readonly soak?: number;
}

/** An additional certificate for the key of a CA. */
export interface PlannedCross extends Validity {
  readonly subject: 'successor' | CertifiedAuthority;
  readonly by: 'successor' | CertifiedAuthority;
  readonly crlUrl?: string;
}

/** The policy settings that a new CA follows. */
interface PolicyTerms {
  readonly leaf: Pick<Policy['leaf'], 'backdate'>;
  readonly crl: Pick<Policy['crl'], 'url'>;
}

export interface Successor {
  readonly from: CertifiedAuthority;
  readonly planned: PlannedAuthority;
  /** The CA that issues its certificate; absent: it issues its own. */
  readonly above?: CertifiedAuthority;
  readonly crosses: readonly PlannedCross[];
  /** The expiry that was asked for, where the CA above expires sooner; absent: it is kept. */
  readonly wantedNotAfter?: Date;
}

/**
 * Plans the successor of the active CA of a tier, and its cross-certificates. The proof judges this plan, and `prepare` carries it out.
 * Unless cross-signing is `none`, a new root also certifies the issuing CAs: cross-certificates between the roots alone would keep every
 * leaf under the old root. Undefined where there is no CA to replace, or none that can sign.
 */
export function planSuccessor(
  facts: Pick<RotationFacts, 'tier' | 'authorities'>,
  request: SuccessorRequest,
  policy: PolicyTerms,
  now: Date,
): Successor | undefined {
  const { tier, authorities } = facts;
  const from = currentAuthority(facts);
  if (from === undefined) return undefined;
  // a tainted CA certifies nothing
  const above = tier === 'issuing' ? certifier(authorities, from) : undefined;
  if (tier === 'issuing' && above === undefined) return undefined;
  const planned = planNext(from, above && { id: above.id, ...above.certificate }, request, authorities, policy, now);
  const wanted = planNext(from, undefined, request, authorities, policy, now).notAfter;
  return {
    from,
    planned,
    ...(planned.notAfter < wanted && { wantedNotAfter: wanted }),
    ...(above && { above }),
    crosses: tier === 'root' ? planCrosses(facts, from, planned, request.crossSigning, policy) : [],
  };
}

/** Tests for a successor whose certificate only the holder of an external CA can issue. */
export const needsHolder = ({ above }: Pick<Successor, 'above'>, rootKey: string | undefined): boolean =>
  above?.keyLocation === 'foreign' && rootKey === undefined;

/** Returns the reason why no successor can be created; undefined if one can. */
export function successorProblem(
  facts: Pick<RotationFacts, 'tier' | 'authorities'>,
): { readonly problem: string; readonly hint: string } | undefined {
  const { tier, authorities } = facts;
  const from = currentAuthority(facts);
  if (from === undefined) {
    const hint = tier === 'issuing' ? REMEDIES.rotationStep({ step: 'prepare', tier: 'root' }) : REMEDIES.caUnclear();
    return { problem: `no ${tier} CA is active`, hint };
  }
  if (tier === 'issuing') {
    const isPossible = certifier(authorities, from) !== undefined;
    return isPossible ? undefined : { problem: 'no root CA is active', hint: REMEDIES.caUnclear() };
  }
  if (from.keyLocation !== 'foreign') return undefined;
  return {
    problem: `the key of ${from.id} is held outside this home, so its holder replaces it; install its next chain`,
    hint: REMEDIES.foreignCaExpiring(),
  };
}

/** Plans the CA after `from`; properties that are not requested, and the name constraints, are those of `from`. */
export function planNext(
  from: CertifiedAuthority,
  above: AuthorityAbove | undefined,
  { lifetime, keyAlgorithm = from.keyAlgorithm }: Pick<SuccessorRequest, 'lifetime' | 'keyAlgorithm'>,
  authorities: readonly Authority[],
  { leaf: { backdate }, crl: { url: crlUrl } }: PolicyTerms,
  now: Date,
): PlannedAuthority {
  const { createdAt, certificate, keyLocation } = from;
  const tier = ownTier(from);
  const known = authorities.filter(({ state }) => state !== 'pending');
  const { nameConstraints } = issuerFactsOf(decodeCertificate(certificate.der), KEY_ALGORITHMS[from.keyAlgorithm]);
  const madeAt = sooner(createdAt, new Date(certificate.notBefore.getTime() + backdate * 1000));
  return planAuthority(
    {
      tier,
      // a pending successor keeps its generation
      generation: Math.max(...known.filter(each => each.tier === tier).map(each => each.generation)) + 1,
      how: 'create',
      keyAlgorithm,
      keyLocation: tier === 'root' && keyLocation === 'offline' ? 'offline' : 'file',
      lifetime: lifetime ?? Math.floor((certificate.notAfter.getTime() - madeAt.getTime()) / 1000),
      backdate,
      above,
      crlUrl,
      ...(nameConstraints && { nameConstraints }),
    },
    now,
  );
}

function planCrosses(
  facts: Pick<RotationFacts, 'authorities'>,
  from: CertifiedAuthority,
  { id, notBefore, notAfter }: PlannedAuthority,
  crossSigning: CrossSigning,
  policy: PolicyTerms,
): readonly PlannedCross[] {
  if (crossSigning === 'none') return [];
  const servedAt = (issuerId: string) =>
    policy.crl.url === undefined ? {} : { crlUrl: crlAddress(policy.crl.url, issuerId) };
  const below = issuingBelow(facts, from.id).map((subject): PlannedCross => ({
    subject,
    by: 'successor',
    notBefore,
    notAfter: sooner(notAfter, subject.certificate.notAfter),
    ...servedAt(id),
  }));
  const both = within(from.certificate, { notBefore, notAfter });
  return [
    ...below,
    ...(crossSigning === 'new-with-old' || crossSigning === 'both'
      ? [{ subject: 'successor' as const, by: from, ...both, ...servedAt(from.id) }]
      : []),
    ...(crossSigning === 'old-with-new' || crossSigning === 'both'
      ? [{ subject: from, by: 'successor' as const, ...both, ...servedAt(id) }]
      : []),
  ];
}

const sooner = (a: Date, b: Date): Date => (a < b ? a : b);
