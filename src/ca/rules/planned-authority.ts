/**
 * Plans a CA before it exists, for `ca init`, for a successor and for the proof of a rotation. It reads no clock, file or manifest, and
 * creates no key.
 */
import type { NameConstraints } from '../../pki/extension/name-constraints.ts';
import type { KeyAlgorithmName } from '../../pki/key/algorithm.ts';
import { crlAddress } from '../../policy/rules/crl-url.ts';

/** A CA that would be created or imported. */
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
  /** Address of the CRL of its issuing CA. */
  readonly crlUrl?: string;
}

/** A validity from its first to its last second, both inclusive. */
export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** A CA that issues the certificate of another. */
export interface AuthorityAbove extends Validity {
  readonly id: string;
}

/** The properties of a planned CA that are chosen; the others follow from them. */
export interface AuthorityTerms extends Pick<
  PlannedAuthority,
  'tier' | 'generation' | 'keyAlgorithm' | 'keyLocation' | 'nameConstraints'
> {
  readonly how: 'create' | 'request';
  /** Seconds from now. */
  readonly lifetime: number;
  /** Seconds between notBefore and now. */
  readonly backdate: number;
  /** Absent: it issues its own certificate, or the external issuing CA is not known. */
  readonly above?: AuthorityAbove | undefined;
  /** The base address or the pattern of CRL addresses. */
  readonly crlUrl?: string | undefined;
}

/** Plans a CA within the validity of the CA above it. An issuing CA certifies leaves only (RFC 5280 §4.2.1.9). */
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

/** Returns the part of a validity that is within the validity of the CA above. */
export const within = (above: Validity, { notBefore, notAfter }: Validity): Validity => ({
  notBefore: above.notBefore > notBefore ? above.notBefore : notBefore,
  notAfter: above.notAfter < notAfter ? above.notAfter : notAfter,
});
