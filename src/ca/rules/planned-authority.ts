import type { NameConstraints } from '../../pki/extension/name-constraints.ts';
import type { KeyAlgorithmName } from '../../pki/key/algorithm.ts';

/** One CA that init would make or take in. */
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
