export type AuditAction =
  | 'ca.created'
  | 'ca.requested'
  | 'ca.installed'
  | 'ca.imported'
  | 'ca.certified'
  | 'ca.tainted'
  | 'ca.revoked'
  | 'ca.key-destroyed'
  | 'certificate.issued'
  | 'certificate.revoked'
  | 'certificate.deployed'
  | 'service.updated'
  | 'service.released'
  | 'crl.signed'
  | 'crl.presigned'
  | 'crl.released'
  | 'crl.voided'
  | 'crl.pruned'
  | 'crl.imported'
  | 'crl.adopted'
  | 'crl.published'
  | 'bundle.written'
  | 'federation.added'
  | 'federation.removed'
  | 'rotation.prepared'
  | 'rotation.forced'
  | 'rotation.tested'
  | 'rotation.published'
  | 'rotation.acknowledged'
  | 'rotation.activated'
  | 'rotation.draining'
  | 'rotation.retired'
  | 'rotation.rolled-back';

export interface AuditRecord {
  /** From 1, without gaps. */
  readonly sequence: number;
  readonly at: Date;
  /** `user@host` */
  readonly actor: string;
  /** Records of earlier versions keep the action of their time: `peer.added` is `federation.added` now. */
  readonly action: AuditAction;
  /** What it was done to: a service, an authority id. */
  readonly subject: string;
  /** Facts, never secrets; values are strings so that the canonical form is unambiguous. */
  readonly detail: Readonly<Record<string, string>>;
  /** `hash` of the record before; 64 zeros for the first. */
  readonly previousHash: string;
  /** SHA-256, lower-case hex, of the canonical form of everything above. */
  readonly hash: string;
}
