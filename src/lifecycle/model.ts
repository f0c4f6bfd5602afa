/** The nouns of the manifest. Plain data: times are `Date` (UTC, whole seconds), serials lower-case hex, DER as bytes. */
import type { Threshold } from './duration.ts';
import type { KeyAlgorithmName } from '../pki/key-algorithm.ts';
import type { ProfileName } from '../pki/profile-name.ts';
import type { CrlReason } from '../pki/revocation-reason.ts';

export type { CrlReason, KeyAlgorithmName };

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

/**
 * Which certificates a root rotation makes beside the new root (RFC 9810 §4.4). `issuing`: the issuing CAs certified by both roots;
 * the next three add certificates of the roots for each other; `none`: nothing at all.
 */
export const CROSS_SIGNINGS = ['issuing', 'new-with-old', 'old-with-new', 'both', 'none'] as const;
export type CrossSigning = (typeof CROSS_SIGNINGS)[number];

/** One overlap rotation. Its phase is derived from what exists and cross-checked with these facts. */
export interface Rotation {
  /** From 1, never reused. */
  readonly id: number;
  readonly tier: Authority['tier'];
  readonly fromId: string;
  readonly toId: string;
  readonly crossSigning: CrossSigning;
  /** Seconds between publishing and activating, and between draining and retiring. */
  readonly soak: number;
  /** Verifiers whose acknowledgement is wanted before activating. */
  readonly requiredAcks: readonly string[];
  readonly preparedAt: Date;
  /** Serial of the throw-away leaf that the new CA signed and our validator accepted; absent until then. */
  readonly selfTest?: string;
  readonly publishedAt?: Date;
  /** The trust bundle's at publishing: what verifiers acknowledge. */
  readonly publishedSequence?: number;
  readonly activatedAt?: Date;
  readonly drainingSince?: Date;
  readonly endedAt?: Date;
  /** Present exactly when it has ended. */
  readonly outcome?: 'retired' | 'rolled-back';
}

/** A verifier has the trust bundle of this sequence, or a later one. */
export interface Acknowledgement {
  readonly verifier: string;
  readonly sequence: number;
  readonly at: Date;
  readonly source: 'hand' | 'probe';
}

/** What a service asked for, as decided once from flags or file; two equal specs give the same certificate but key and serial. */
export interface ServiceSpec {
  readonly spiffeId: string;
  readonly profile: ProfileName;
  readonly dns: readonly string[];
  readonly ip: readonly string[];
  /** Seconds. */
  readonly ttl: number;
  readonly keyAlgorithm: KeyAlgorithmName;
  readonly tags: Readonly<Record<string, string>>;
  /** Directory of its files when it is not the default one; absolute. */
  readonly out?: string;
}

/**
 * How a service is renewed and deployed: no verifier sees it, and a change of it issues nothing. Absent parts follow the policy.
 */
export interface Upkeep {
  /** `apply` manages it: missing from the services file it is an orphan. */
  readonly declared?: true;
  readonly renewal?: RenewalSpec;
  readonly deployment?: DeploymentSpec;
}

export interface RenewalSpec {
  /** The share of the lifetime that is used, or the time that is left, when it is due; without jitter. */
  readonly threshold?: Threshold;
  readonly window?: RenewalWindow;
  /** Seconds after which a superseded certificate is revoked with reason `superseded`; absent: never. */
  readonly overlap?: number;
}

/** When renewing is welcome. It never lets a certificate expire. */
export interface RenewalWindow {
  /** Five fields (POSIX crontab): when it opens. */
  readonly cron: string;
  /** IANA name. */
  readonly timezone: string;
  /** Seconds that it stays open. */
  readonly duration: number;
}

export interface DeploymentSpec {
  /** Name or number, as written; absent: ours. Of the service's directory and of every output that says nothing else. */
  readonly owner?: string;
  readonly group?: string;
  /** Permission bits of what holds a private key; absent: 0600. */
  readonly mode?: number;
  readonly outputs: readonly OutputSpec[];
  /** In this order. Absent: the policy's; empty: none. */
  readonly hooks?: readonly HookSpec[];
}

/** `combined-pem`: certificates, then key (HAProxy). `credential-bundle`: key first. */
export type OutputKind = 'combined-pem' | 'credential-bundle' | 'kubernetes-secret' | 'pkcs12';

/** A further file that the newest certificate is written to. */
export interface OutputSpec {
  readonly kind: OutputKind;
  /** Absolute. */
  readonly path: string;
  readonly owner?: string;
  readonly group?: string;
  readonly mode?: number;
  /** `kubernetes-secret`: metadata; the name is the service's when absent. */
  readonly name?: string;
  readonly namespace?: string;
  /** `pkcs12`: the file that holds its passphrase; absolute. */
  readonly passphraseFile?: string;
}

/** Run without a shell after a deployment; the deployment is pending until it succeeds. */
export interface HookSpec {
  /** Not empty; the program is an absolute path, or a name that is looked for on the PATH. */
  readonly argv: readonly string[];
  /** Seconds; absent: the policy's. */
  readonly timeout?: number;
}

export interface Service {
  readonly name: string;
  readonly spec: ServiceSpec;
  readonly upkeep?: Upkeep;
  /** The certificate its files should hold; absent before the first one. */
  readonly currentSerial?: string;
}

/** `intent`: maybe issued (a crash between intent and result). `superseded`: replaced, still valid and revocable. */
export type CertificateState = 'intent' | 'current' | 'superseded' | 'revoked';

export interface Certificate {
  /** Lower-case hex of the positive integer, two digits a byte, no leading zero byte. */
  readonly serial: string;
  readonly authorityId: string;
  readonly service: string;
  readonly state: CertificateState;
  readonly spiffeId: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SHA-256 of the to-be-signed bytes, lower-case hex: what the intent promised. */
  readonly tbsSha256: string;
  /** Absent for an intent. */
  readonly der?: Uint8Array;
  /** Where the private key came from. */
  readonly keySource: 'generated' | 'csr' | 'file';
  readonly issuedAt: Date;
}

export interface Revocation {
  readonly serial: string;
  readonly authorityId: string;
  /** Never after the thisUpdate of a CRL that lists it. */
  readonly revokedAt: Date;
  readonly reason: CrlReason;
  readonly invalidityDate?: Date;
  /** Of the certificate: its entry stays until one regular CRL after this has listed it (RFC 5280 §3.3). */
  readonly notAfter: Date;
}

export interface Crl {
  readonly authorityId: string;
  readonly number: bigint;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly entryCount: number;
  /** SHA-256 of the DER, lower-case hex. */
  readonly sha256: string;
}

/** A CRL signed ahead for a CA whose key is offline; it becomes the CA's newest when its time has come. */
export interface PresignedCrl extends Crl {
  readonly der: Uint8Array;
}

/** A series of CRLs that was given up. */
export interface VoidCrlSeries {
  /** Its highest; later CRLs go above it. */
  readonly number: bigint;
  /** Present as long as nothing has replaced it. */
  readonly due?: {
    /** Seconds from one CRL to the next. */
    readonly every: number;
    readonly until: Date;
  };
}

/** What was last written to public/bundle.pem and bundle.json. */
export interface TrustBundleRecord {
  /** `spiffe_sequence`: grows whenever the content changes. */
  readonly sequence: number;
  /** SHA-256 of the anchors' DER in order, lower-case hex: whether the content changed. */
  readonly sha256: string;
  readonly writtenAt: Date;
}

/** The bundle of a foreign trust domain (SPIFFE Trust Domain and Bundle §4): kept apart, never merged with ours. */
export interface PeerBundle {
  readonly trustDomain: string;
  /** The JWK Set as it was given, without white space. */
  readonly document: string;
  readonly sequence?: number;
  readonly addedAt: Date;
}

/**
 * Issued and deployed are two facts: a delivery is pending until the `current` link names its serial, every output holds it and
 * every hook has succeeded.
 */
export interface Delivery {
  readonly service: string;
  readonly serial: string;
  readonly directory: string;
  readonly state: 'pending' | 'delivered';
  readonly updatedAt: Date;
  /** The last one whose delivery was completed: this serial, or the one before while pending. */
  readonly deployedSerial?: string;
  /** Failed attempts to deploy this serial since it last succeeded; absent: none. */
  readonly attempts?: number;
  /** What the last attempt failed of, in words; absent when none failed. */
  readonly problem?: string;
}

/** The last run of one hook of a service. */
export interface HookRun {
  readonly argv: readonly string[];
  /** The certificate that it was run for. */
  readonly serial: string;
  readonly at: Date;
  /** Milliseconds. */
  readonly duration: number;
  readonly outcome: 'succeeded' | 'failed' | 'timed-out';
  /** The end of what it wrote to both streams, at most 4 KiB. Whatever it said: only for the eyes of who may read the manifest. */
  readonly output: string;
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
