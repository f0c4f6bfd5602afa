/**
 * Answers what a CA will be before it exists: `ca init`, the making of a successor and the proof of a rotation all ask here. It never
 * reads a clock, a file or the manifest, and it makes no key.
 */
import type { NameConstraints } from '../../pki/extension/name-constraints.ts';
import type { KeyAlgorithmName } from '../../pki/key/algorithm.ts';
import { crlAddress } from '../../policy/rules/crl-url.ts';

/** A CA that would be made or imported. */
export interface PlannedAuthority {
  readonly id: string;
  readonly tier: 'root' | 'issuing';
  /** 1 is the first. */
  readonly generation: number;
  readonly how: 'create' | 'import' | 'request';
  readonly keyAlgorithm: KeyAlgorithmName;
  readonly notBefore: Date;
  /** Inclusive. */
  readonly notAfter: Date;
  readonly keyLocation: 'file' | 'offline';
  /** Absent: no limit below it. */
  readonly pathLength?: number;
  readonly nameConstraints?: NameConstraints;
  /** Where the CRL of the CA that signs it is served. */
  readonly crlUrl?: string;
}

/** From the first second to the last, both inclusive. */
export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** The CA that signs another. */
export interface AuthorityAbove extends Validity {
  readonly id: string;
}

/** The part of a planned CA that is chosen; the rest follows. */
export interface AuthorityTerms extends Pick<
  PlannedAuthority,
  'tier' | 'generation' | 'keyAlgorithm' | 'keyLocation' | 'nameConstraints'
> {
  readonly how: 'create' | 'request';
  /** Seconds from now. */
  readonly lifetime: number;
  /** Seconds that notBefore lies in the past. */
  readonly backdate: number;
  /** Absent: it signs itself, or its signer is not known. */
  readonly above?: AuthorityAbove | undefined;
  /** The base or pattern at which CRLs are served. */
  readonly crlUrl?: string | undefined;
}

/** Plans a CA: it never begins before the CA above it, nor outlives it; an issuing CA certifies leaves only (RFC 5280 §4.2.1.9). */
export function planAuthority(terms: AuthorityTerms, now: Date): PlannedAuthority {
  const { tier, generation, how, keyAlgorithm, keyLocation, above, nameConstraints, crlUrl } = terms;
  const chosen = {
    notBefore: new Date(now.getTime() - terms.backdate * 1000),
    notAfter: new Date(now.getTime() + terms.lifetime * 1000),
  };
  return {
    id: `${tier}-g${generation}`,
    tier,
    generation,
    how,
    keyAlgorithm,
    ...(above === undefined ? chosen : within(above, chosen)),
    keyLocation,
    ...(tier === 'issuing' && { pathLength: 0 }),
    ...(nameConstraints && { nameConstraints }),
    ...(crlUrl !== undefined && above && { crlUrl: crlAddress(crlUrl, above.id) }),
  };
}

/** Returns the part of a validity that lies in the life of the CA that signs. */
export const within = (above: Validity, { notBefore, notAfter }: Validity): Validity => ({
  notBefore: above.notBefore > notBefore ? above.notBefore : notBefore,
  notAfter: above.notAfter < notAfter ? above.notAfter : notAfter,
});
