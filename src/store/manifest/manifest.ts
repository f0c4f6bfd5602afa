// Defines the questions the manifest answers and the changes a transaction can make. Types only.
// The `run/` floor of nearly every subject reads and writes through it; `sqlite-manifest.ts` implements it.
import type { AuditAction, AuditRecord } from '../../record/audit.ts';
import type {
  Authority,
  AuthorityCertificate,
  AuthorityState,
  FurtherCertificate,
  LeafTotals,
} from '../../record/authority.ts';
import type { Certificate } from '../../record/certificate.ts';
import type { Crl, PresignedCrl, VoidCrlSeries } from '../../record/crl.ts';
import type { Deployment, HookRun } from '../../record/deployment.ts';
import type { DueLimits } from '../../record/due-limits.ts';
import type { Revocation } from '../../record/revocation.ts';
import type { Acknowledgement, Rotation } from '../../record/rotation.ts';
import type { Service, ServiceSpec } from '../../record/service.ts';
import type { FederatedBundle, TrustBundleRecord } from '../../record/trust-bundle.ts';
import type { Upkeep } from '../../record/upkeep.ts';

/** What was decided once at `ca init` and never changes. */
export interface PkiIdentity {
  readonly trustDomain: string;
  /** Human name: the stem of the CA subjects. */
  readonly name: string;
  readonly createdAt: Date;
}

/** A service beside its current certificate and its deployment: the row of `status` and `check`. */
export interface LiveService {
  readonly service: Service;
  /** Absent when the service has none; without its DER, which nobody who looks at all services wants. */
  readonly certificate?: Omit<Certificate, 'der'>;
  readonly deployment?: Deployment;
}

/** The same with the DER: what `issue` compares with what is asked for. */
export interface KnownService extends LiveService {
  readonly certificate?: Certificate;
}

/**
 * At risk at `at` is a current certificate with at most `secondsLeft`, or at most `percentLeft` of its lifetime, before it ends;
 * one that ends after its CA; and one whose deployment is pending.
 */
/** Services of one lifetime. */
export interface ServiceLifetime {
  /** Seconds. */
  readonly ttl: number;
  /** How many there are. */
  readonly services: number;
  /** The first of them, by name. */
  readonly name: string;
}

export interface RiskQuestion {
  readonly at: Date;
  /** No certificate that ends later is at risk by its own lifetime: what bounds the search. */
  readonly endingBy: Date;
  readonly percentLeft: number;
  readonly secondsLeft: number;
}

/** What may have to be renewed at `at`. */
export interface DueQuestion {
  readonly at: Date;
  /** Who would sign: what others signed is due, and what ends with it never is. */
  readonly issuer: { readonly id: string; readonly notAfter: Date };
  /** From which age on a certificate may be due: see `dueLimits`. */
  readonly limits: DueLimits;
}

/** A certificate as it was issued, and what to ask for to know the rest. */
export interface Encoding {
  readonly serial: string;
  readonly service: string;
  readonly der: Uint8Array;
}

/** One that a verifier would still accept by its dates. */
export interface UnexpiredLeaf extends Encoding {
  readonly authorityId: string;
  readonly revoked: boolean;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** Everything about an authority's revocations that a CRL must know before it lists them. */
export interface RevocationTotals {
  readonly count: number;
  /** Of all entries together. */
  readonly byteLength: number;
  /** How many came after the newest CRL was recorded. */
  readonly unlisted: number;
  /** Of the last revocation; absent when there is none. */
  readonly latest?: Date;
}

/** When a rotation came to its phases; what is absent stays. */
export type RotationProgress = Partial<
  Omit<Rotation, 'id' | 'tier' | 'fromId' | 'toId' | 'crossSigning' | 'preparedAt'>
>;

/**
 * The only persistent truth. Contract, whatever the engine:
 * - a write happens only inside `transaction`, which is atomic and, once it has returned, durable against power loss;
 * - readers see the state before or after a transaction, never between;
 * - a change that matters to somebody (not intents and deployments, which are bookkeeping) is audited in its own transaction;
 * - serials are unique for ever; a certificate row is never deleted while its certificate could still be presented;
 * - what comes out equals what went in: dates to the second, byte strings to the byte.
 * Reads take no lock and work on a read-only file system.
 */
export interface Manifest {
  identity(): PkiIdentity | undefined;
  /** By tier (root first), then generation. */
  authorities(): readonly Authority[];
  authority(id: string): Authority | undefined;
  service(name: string): Service | undefined;
  serviceNames(): readonly string[];
  /** Every service, by name. */
  liveServices(): readonly LiveService[];
  /** The lifetimes that services with a current certificate ask for, each once. */
  currentLifetimes(): readonly ServiceLifetime[];
  /** The services, by name, that something may be wrong with; the others need no look. Answered from indexes. */
  servicesAtRisk(question: RiskQuestion): readonly LiveService[];
  /** At least the services, by name, that `renew` has something to do for. Answered from indexes. */
  dueServices(question: DueQuestion): readonly LiveService[];
  /**
   * Superseded, not expired, and replaced for longer than the overlap of its service, else `overlap`, in seconds; absent: never. It
   * counts from the first deployment of a successor. By service; without their DER.
   */
  certificatesPastOverlap(at: Date, overlap: number | undefined): readonly Certificate[];
  serviceCount(): number;
  /** Those of `names` that exist, by name. */
  servicesNamed(names: readonly string[]): readonly KnownService[];
  certificate(serial: string): Certificate | undefined;
  /** Lower-case hex prefix; at most `limit` rows, so that an ambiguous prefix is seen without reading a million. */
  certificatesBySerialPrefix(prefix: string, limit: number): readonly Certificate[];
  /** Newest first, every state. */
  certificatesOfService(service: string): readonly Certificate[];
  certificatesBySpiffeId(spiffeId: string): readonly Certificate[];
  /** Every certificate that was finished, in the order of issue, read in pieces: for looking through them all. */
  encodings(): Iterable<Encoding>;
  /** Of those the ones that have not expired at `at`, revoked ones among them. */
  unexpiredLeaves(at: Date): Iterable<UnexpiredLeaf>;
  /** Lone intents: maybe issued, never finished. */
  intents(): readonly Certificate[];
  /** Not revoked, not intents, with notAfter at or before `instant`, soonest first. Answered from an index. */
  expiringBy(instant: Date): readonly Certificate[];
  revocation(serial: string): Revocation | undefined;
  /** In serial order (by numeric value), as a CRL lists them. */
  revocations(authorityId: string): Iterable<Revocation>;
  /**
   * The same as DER, for a CRL of a million: each chunk is some thousand elements of revokedCertificates (RFC 5280 §5.1.2.6), one
   * after the other; nothing when there are none. Between two calls only a transaction changes what comes out.
   */
  revocationEntries(authorityId: string): Iterable<Uint8Array>;
  revocationTotals(authorityId: string): RevocationTotals;
  /** The newest CRL signed for this authority. */
  latestCrl(authorityId: string): Crl | undefined;
  /** Signed ahead, in the order of their time: the one that is out now, if it is one of them, and those to come. */
  presignedCrls(authorityId: string): readonly Crl[];
  presignedCrl(authorityId: string, number: bigint): PresignedCrl | undefined;
  voidCrlSeries(authorityId: string): VoidCrlSeries | undefined;
  deployment(service: string): Deployment | undefined;
  /** Those whose deployment is pending, by name. Answered from an index. */
  pendingServices(): readonly LiveService[];
  /** The last runs of a service's hooks, in their order. */
  hookRuns(service: string): readonly HookRun[];
  /** Every file that some service's deployment writes. */
  outputPaths(): readonly { readonly service: string; readonly path: string }[];
  /** In the order they began. */
  rotations(): readonly Rotation[];
  /** By authority, then in the order they were made. */
  furtherCertificates(): readonly FurtherCertificate[];
  /** By verifier; its last one each. */
  acknowledgements(): readonly Acknowledgement[];
  leafTotals(authorityId: string, at: Date): LeafTotals;
  trustBundle(): TrustBundleRecord | undefined;
  /** By trust domain. */
  federatedBundles(): readonly FederatedBundle[];
  /** In sequence order, from `fromSequence` (inclusive) on. */
  auditRecords(fromSequence?: number): Iterable<AuditRecord>;
  transaction<T>(work: (write: ManifestWriter) => T): T;
  close(): void;
}

/** What one transaction may do. Methods throw a catalogue error when a rule of the contract would be broken. */
export interface ManifestWriter {
  setIdentity(identity: PkiIdentity): void;
  insertAuthority(authority: Authority): void;
  setAuthorityState(id: string, state: AuthorityState): void;
  setAuthorityCertificate(id: string, certificate: AuthorityCertificate): void;
  setKeyLocation(id: string, keyLocation: Authority['keyLocation']): void;
  insertFurtherCertificate(certificate: FurtherCertificate): void;
  /** The authority's chain is served with this further certificate; the one it was served with becomes a further one. */
  promoteCertificate(authorityId: string, serial: string): void;
  /** A second open one in the same tier is refused. Returns its id. */
  insertRotation(rotation: Omit<Rotation, 'id'>): number;
  updateRotation(id: number, progress: RotationProgress): void;
  putAcknowledgement(acknowledgement: Acknowledgement): void;
  /** New services, or other specs for known ones; without `upkeep` a known one keeps what it has. */
  putServices(
    services: readonly { readonly name: string; readonly spec: ServiceSpec; readonly upkeep?: Upkeep }[],
  ): void;
  /** Rows with state `intent`. A serial that exists is refused. */
  insertIntents(certificates: readonly Certificate[]): void;
  /** Turns intents into current certificates and the services' previous current ones into `superseded`. */
  completeCertificates(results: readonly { readonly serial: string; readonly der: Uint8Array }[]): void;
  /**
   * Also sets the certificate's state when it is one of ours, and gives up the CRLs that its CA has signed ahead: they do not list
   * it. Revoking twice is refused.
   */
  insertRevocation(revocation: Revocation): void;
  /** Drops entries of certificates that expired before `instant` and have been listed on a CRL issued after that. */
  pruneRevocations(authorityId: string, instant: Date): number;
  recordCrl(crl: Crl): void;
  /** A new series in the place of what is left of the last one. */
  replacePresignedCrls(authorityId: string, crls: readonly PresignedCrl[]): void;
  /** Records one of the series as the newest CRL, and drops those before it. */
  releasePresignedCrl(crl: Crl): void;
  /** Gives up what is left of a series, audited; false when there is none. */
  voidPresignedCrls(authorityId: string): boolean;
  /** One a service: a later one replaces it. */
  setDeployments(deployments: readonly Deployment[]): void;
  /** In the place of those before. */
  setHookRuns(service: string, runs: readonly HookRun[]): void;
  recordTrustBundle(bundle: TrustBundleRecord): void;
  /** One a trust domain: a later one replaces it. */
  putFederatedBundle(bundle: FederatedBundle): void;
  removeFederatedBundle(trustDomain: string): void;
  /** Appends to the hash chain. `detail` must hold no secret. */
  audit(action: AuditAction, subject: string, detail: Readonly<Record<string, string>>): void;
}
