import type { KeyAlgorithmName } from '../pki/key/algorithm.ts';

/** `pending`: its key exists and its certificate is awaited (`ca install-cert`). The others follow the rotation. */
export type AuthorityState = 'pending' | 'prepared' | 'active' | 'draining' | 'retired' | 'tainted';

export interface Authority {
  /** `root-g1`, `issuing-g1`: safe as a file name, never reused. */
  readonly id: string;
  readonly tier: 'root' | 'issuing';
  readonly generation: number;
  readonly state: AuthorityState;
  readonly keyAlgorithm: KeyAlgorithmName;
  /**
   * `file`: authorities/<id>/ca.key; `offline`: the key left this machine; `foreign`: it was never ours; `destroyed`: it was in a
   * file, and nobody has it any more.
   */
  readonly keyLocation: 'file' | 'offline' | 'foreign' | 'destroyed';
  /** What its chain is served with; absent while pending. */
  readonly certificate?: AuthorityCertificate;
  readonly createdAt: Date;
  /** Since when a rotation gives it to verifiers, as the rotation's record has it; absent for what no rotation has published. */
  readonly publishedAt?: Date;
}

export interface AuthorityCertificate {
  readonly der: Uint8Array;
  readonly serial: string;
  /** The authority that signed it; its own id when self-signed. */
  readonly issuerId: string;
  readonly notBefore: Date;
  /** Inclusive (RFC 5280 §4.1.2.5). */
  readonly notAfter: Date;
}

/** Another certificate of an authority's key than the one its chain is served with: by another root, or from before a rotation. */
export interface FurtherCertificate extends AuthorityCertificate {
  /** Whose key it certifies. */
  readonly authorityId: string;
  readonly createdAt: Date;
}

/** The leaves of a CA that verifiers would still accept by their dates. */
export interface LeafTotals {
  /** Neither revoked nor expired; lone intents, which may exist, among them. */
  readonly live: number;
  /** Of those, how many a service has been given a successor for. */
  readonly superseded: number;
  /** The serial of one of those. */
  readonly oneSuperseded?: string;
  /** Of the live ones; absent when there are none. */
  readonly lastNotAfter?: Date;
  /** Of the revoked ones, too: until then somebody may ask for a CRL. */
  readonly lastOfAll?: Date;
  /** Whose they are, by name; the first few. */
  readonly services: readonly string[];
}
