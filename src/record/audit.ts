export type AuditAction =
  | 'authority.created'
  | 'authority.requested'
  | 'authority.installed'
  | 'authority.imported'
  | 'authority.certified'
  | 'authority.tainted'
  | 'authority.revoked'
  | 'authority.key-destroyed'
  | 'certificate.issued'
  | 'certificate.revoked'
  | 'certificate.delivered'
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
  | 'peer.added'
  | 'peer.removed'
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
