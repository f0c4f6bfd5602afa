import { failure } from '../../errors/error.ts';
import { crlAddress } from '../../policy/rules/crl-url.ts';
import { newestActive, type CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import type { CrossSigning } from '../../record/rotation.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { currentAuthority, type RotationFacts } from './state.ts';
import { issuingBelow } from './step.ts';
import type { KeyAlgorithmName } from '../../pki/key/algorithm.ts';
import type { NameConstraints } from '../../pki/extension/name-constraints.ts';
import type { PlannedAuthority } from '../../ca/rules/planned-authority.ts';

export interface SuccessorRequest {
  readonly crossSigning: CrossSigning;
  /** Seconds; absent: as long as the CA that is replaced. */
  readonly lifetime?: number;
  /** Absent: as the CA that is replaced. */
  readonly keyAlgorithm?: KeyAlgorithmName;
}

/** One more certificate for the key of a CA that has one. */
export interface PlannedCross {
  readonly subject: 'successor' | CertifiedAuthority;
  readonly by: 'successor' | CertifiedAuthority;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly crlUrl?: string;
}

export interface Successor {
  readonly from: CertifiedAuthority;
  readonly planned: PlannedAuthority;
  /** Who certifies it; absent: itself. */
  readonly above?: CertifiedAuthority;
  readonly crosses: readonly PlannedCross[];
}

/**
 * The CA that replaces the active one of its tier, and the certificates that tie both together. Whatever else a root rotation is asked
 * for, the issuing CAs are certified by the new root, too: certificates of the roots for each other alone would leave every leaf
 * below the old one. Throws ERR_ROTATION_TIER.
 */
export function planSuccessor(
  facts: RotationFacts,
  request: SuccessorRequest,
  constraints: NameConstraints | undefined,
  policy: Policy,
  now: Date,
): Successor {
  const { tier, authorities } = facts;
  const from = currentAuthority(facts);
  if (from === undefined) {
    const hint = tier === 'issuing' ? 'svcauth ca rotate prepare --tier root' : 'svcauth ca list';
    throw failure('ERR_ROTATION_TIER', { tier, problem: `no ${tier} CA is active`, hint });
  }
  // a tainted root signs nothing more
  const above = tier === 'issuing' ? newestActive(authorities, 'root') : undefined;
  if (tier === 'issuing' && above === undefined) {
    throw failure('ERR_ROTATION_TIER', { tier, problem: 'no root is active', hint: 'svcauth ca list' });
  }
  const holder = above ?? from;
  if (holder.keyLocation === 'foreign') {
    const problem = `the key of ${holder.id} was never here: its holder has to sign`;
    throw failure('ERR_ROTATION_TIER', { tier, problem, hint: 'svcauth ca list' });
  }
  const generation = Math.max(...authorities.filter(each => each.tier === tier).map(each => each.generation)) + 1;
  const backdated = new Date(now.getTime() - policy.leaf.backdate * 1000);
  const madeAt = sooner(from.createdAt, new Date(from.certificate.notBefore.getTime() + policy.leaf.backdate * 1000));
  const lifetime = request.lifetime ?? Math.floor((from.certificate.notAfter.getTime() - madeAt.getTime()) / 1000);
  const wanted = new Date(now.getTime() + lifetime * 1000);
  const planned: PlannedAuthority = {
    id: `${tier}-g${generation}`,
    tier,
    generation,
    how: 'create',
    keyAlgorithm: request.keyAlgorithm ?? from.keyAlgorithm,
    notBefore: above === undefined ? backdated : later(backdated, above.certificate.notBefore),
    notAfter: above === undefined ? wanted : sooner(wanted, above.certificate.notAfter),
    keyLocation: tier === 'root' && from.keyLocation === 'offline' ? 'offline' : 'file',
    ...(tier === 'issuing' && { pathLength: 0 }),
    ...(constraints && { nameConstraints: constraints }),
    ...(policy.crl.url !== undefined && above && { crlUrl: crlAddress(policy.crl.url, above.id) }),
  };
  return {
    from,
    planned,
    ...(above && { above }),
    crosses: tier === 'root' ? planCrosses(facts, from, planned, request.crossSigning, policy) : [],
  };
}

function planCrosses(
  facts: RotationFacts,
  from: CertifiedAuthority,
  { id, notBefore, notAfter }: PlannedAuthority,
  crossSigning: CrossSigning,
  policy: Policy,
): readonly PlannedCross[] {
  if (crossSigning === 'none') return [];
  const servedAt = (issuerId: string) =>
    policy.crl.url === undefined ? {} : { crlUrl: crlAddress(policy.crl.url, issuerId) };
  const together = (end: Date): Pick<PlannedCross, 'notBefore' | 'notAfter'> => ({
    notBefore: later(notBefore, from.certificate.notBefore),
    notAfter: sooner(notAfter, end),
  });
  const below = issuingBelow(facts, from.id).map((subject): PlannedCross => ({
    subject,
    by: 'successor',
    notBefore,
    notAfter: sooner(notAfter, subject.certificate.notAfter),
    ...servedAt(id),
  }));
  const both = together(from.certificate.notAfter);
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
const later = (a: Date, b: Date): Date => (a > b ? a : b);
