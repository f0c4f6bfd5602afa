// Declares a CA as the manifest stores it: its tier, state, key and certificate. Types only.
// Every subject that looks at CAs reads it; `store/manifest` writes it.
import type { KeyAlgorithmName } from '../pki/key/algorithm.ts';

/** State of a CA. `pending`: it has a key and waits for its certificate (`ca install-cert`). The others follow the rotation. */
export type AuthorityState = 'pending' | 'prepared' | 'active' | 'draining' | 'retired' | 'tainted';

/** A tier whose CAs this home can create and rotate. */
export type OwnTier = 'root' | 'issuing';

export interface Authority {
  /** `root-g1`, `policy-g1`, `issuing-g1`: safe as a file name, never reused. */
  readonly id: string;
  /** `policy`: a CA of another organisation between its root and our issuing CA. */
  readonly tier: OwnTier | 'policy';
  readonly generation: number;
  readonly state: AuthorityState;
  readonly keyAlgorithm: KeyAlgorithmName;
  /**
   * Place of the key. `file`: authorities/<id>/ca.key; `offline`: the key left this machine; `foreign`: it was never ours;
   * `destroyed`: it was in a file, and no longer exists.
   */
  readonly keyLocation: 'file' | 'offline' | 'foreign' | 'destroyed';
  /** Certificate that the chain is served with; absent while pending. */
  readonly certificate?: AuthorityCertificate;
  readonly createdAt: Date;
  /** Time at which the CA above it revoked its certificate, as a CRL says; absent: none has. */
  readonly revokedAt?: Date;
  /** Time at which its rotation published it to verifiers; absent when no rotation has. */
  readonly publishedAt?: Date;
}

export interface AuthorityCertificate {
  readonly der: Uint8Array;
  readonly serial: string;
  /** CA that issued it; its own id when self-signed. */
  readonly issuerId: string;
  readonly notBefore: Date;
  /** Inclusive (RFC 5280 §4.1.2.5). */
  readonly notAfter: Date;
}

/** A second certificate of a CA's key: from another root, or from before a rotation. Its chain is not served. */
export interface FurtherCertificate extends AuthorityCertificate {
  /** CA whose key it certifies. */
  readonly authorityId: string;
  readonly createdAt: Date;
}

/** Totals of a CA's certificates that have not expired. */
export interface LeafTotals {
  /** Number that are not revoked; includes intents, which were perhaps issued. */
  readonly live: number;
  /** Number of those for which the service has a successor. */
  readonly superseded: number;
  /** Serial of one superseded certificate. */
  readonly oneSuperseded?: string;
  /** Last notAfter of the live certificates; absent when there are none. */
  readonly lastNotAfter?: Date;
  /** Last notAfter including revoked certificates: until then verifiers may need a CRL. */
  readonly lastOfAll?: Date;
  /** Names of the first few services. */
  readonly services: readonly string[];
}
