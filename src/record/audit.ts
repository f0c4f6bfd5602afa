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
  /** Only in records of earlier versions. */
  | 'crl.pruned'
  | 'crl.imported'
  | 'crl.adopted'
  | 'crl.published'
  | 'bundle.written'
  | 'manifest.migrated'
  | 'consumer.loaded'
  | 'home.restricted'
  | 'federation.added'
  | 'federation.removed'
  | 'clock.accepted'
  | 'clock.jumped'
  | 'rotation.prepared'
  | 'rotation.forced'
  | 'rotation.mode'
  | 'rotation.tested'
  | 'rotation.published'
  | 'rotation.acknowledged'
  | 'rotation.activated'
  | 'rotation.draining'
  | 'rotation.retired'
  | 'rotation.rolled-back';

export interface AuditRecord {
  /** Number from 1 on, without gaps. */
  readonly sequence: number;
  readonly at: Date;
  /** Account and host: `user@host`. */
  readonly actor: string;
  /** Action. Records of earlier versions keep the name of their time: `peer.added` is `federation.added` now. */
  readonly action: AuditAction;
  /** Subject of the action: a service, the id of a CA. */
  readonly subject: string;
  /** Facts, never secrets; values are strings, so the canonical form is unambiguous. */
  readonly detail: Readonly<Record<string, string>>;
  /** `hash` of the record before; 64 zeros for the first. */
  readonly previousHash: string;
  /** SHA-256, lower-case hex, of the canonical form of everything above. */
  readonly hash: string;
}
