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
import type { ClockRecord } from '../../record/clock.ts';
import type { ConsumerRecord, PublishedTrust, ServiceGroup, TrustState } from '../../record/consumer.ts';
import type { Crl, PresignedCrl, VoidCrlSeries } from '../../record/crl.ts';
import type { Deployment, HookRun } from '../../record/deployment.ts';
import type { CrlReason } from '../../pki/crl/revocation-reason.ts';
import type { DueLimits } from '../../record/due-limits.ts';
import type { RecordedFiles, ServiceFacts } from '../../record/file-facts.ts';
import type { Publication } from '../../record/publication.ts';
import type { Revocation } from '../../record/revocation.ts';
import type { ServedRecord } from '../../record/served.ts';
import type { Acknowledgement, Rotation, RotationUpkeep } from '../../record/rotation.ts';
import type { Service, ServiceSpec } from '../../record/service.ts';
import type { FederatedBundle, TrustBundleRecord } from '../../record/trust-bundle.ts';
import type { Upkeep } from '../../record/upkeep.ts';

/** Facts that `ca init` decides once; they never change. */
export interface PkiIdentity {
  readonly trustDomain: string;
  /** Name for people: the stem of the CA subjects. */
  readonly name: string;
  readonly createdAt: Date;
}

/** A service with its current certificate and its deployment: the row of `status` and `check`. */
export interface LiveService {
  readonly service: Service;
  /** Absent when the service has none. Without its DER, which a look at all services does not need. */
  readonly certificate?: Omit<Certificate, 'der'>;
  readonly deployment?: Deployment;
}

/** A live service with its certificate's DER, which `issue` compares with the request. */
export interface KnownService extends LiveService {
  readonly certificate?: Certificate;
}

/** Services of one lifetime. */
export interface ServiceLifetime {
  /** Lifetime in seconds. */
  readonly ttl: number;
  /** Number of services. */
  readonly services: number;
  /** First of them, by name. */
  readonly name: string;
}

/**
 * Question for the services at risk at `at`. A service is at risk if its current certificate expires in at most `secondsLeft`,
 * has at most `percentLeft` of its lifetime left, begins in the future, or expires after its CA, or if its deployment is pending.
 */
export interface RiskQuestion {
  readonly at: Date;
  /** Bound of the search: a certificate that expires later is not at risk by its own lifetime. */
  readonly endingBy: Date;
  readonly percentLeft: number;
  readonly secondsLeft: number;
}

/** Question for the services that may have to be renewed at `at`. */
export interface DueQuestion {
  readonly at: Date;
  /** CA that would issue. Certificates of another CA are due; a certificate that expires with this CA is never due. */
  readonly issuer: { readonly id: string; readonly notAfter: Date };
  /** Ages from which on a certificate may be due: see `dueLimits`. */
  readonly limits: DueLimits;
}

/**
 * Question for recorded facts of files. It names services, asks for services whose deployment is pending, for those that were not compared
 * since a time (or in the future of `now`), or for about `atMost` services. The last are all if there are no more, else the `turn`-th
 * part.
 */
export type FactsQuestion =
  | { readonly services: readonly string[] }
  | { readonly pending: true }
  | { readonly seenBefore: Date; readonly now: Date }
  | { readonly atMost: number; readonly turn: number };

/** A certificate as issued, with the keys to look up its other data. */
export interface Encoding {
  readonly serial: string;
  readonly service: string;
  readonly der: Uint8Array;
}

/** A certificate that has not expired; it may be revoked. */
export interface UnexpiredLeaf extends Encoding {
  readonly authorityId: string;
  readonly revoked: boolean;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** The revocations that a CRL lists, and how. Absent: every one, as it was recorded. */
export interface CrlListing {
  /**
   * Leaves out an entry whose certificate expired before this time. The newest CRL must list it and be issued after its expiry (RFC 5280
   * §3.3). Nothing is deleted: if the clock goes back, the entry is listed again.
   */
  readonly expiredBefore: Date;
  /** Latest revocation date. A later one is listed with this date, so the CRL can be signed whatever the clock was. */
  readonly datesUntil: Date;
}

/** Totals of a CA's revocations that a CRL needs before it lists them. */
export interface RevocationTotals {
  readonly count: number;
  /** Bytes of all entries together. */
  readonly byteLength: number;
  /** Number of revocations after the newest CRL was recorded. */
  readonly unlisted: number;
  /** Time of the last revocation; absent when there is none. */
  readonly latest?: Date;
}

/** Changes of a rotation: the times of its phases and its settings. An absent field stays as it is. */
export type RotationProgress = Partial<
  Omit<Rotation, 'id' | 'tier' | 'fromId' | 'toId' | 'crossSigning' | 'preparedAt'>
>;

/** `service-anchors`: bundle that the files of every service hold. `trust-outputs`: published trust that every output holds. */
type ProgressName = 'service-anchors' | 'trust-outputs';

/**
 * The only persistent state. Its contract does not depend on the engine:
 * - a write happens only inside `transaction`, which is atomic and, once it has returned, durable against power loss;
 * - readers see the state before or after a transaction, never between;
 * - a change that matters to an operator (not intents and deployments, which are bookkeeping) is audited in its own transaction;
 * - serials are unique for ever; a certificate row is never deleted while its certificate could still be presented;
 * - a value read equals the value written: dates to the second, byte strings to the byte.
 * Reads take no lock and work on a read-only file system.
 */
export interface Manifest {
  identity(): PkiIdentity | undefined;
  /** Every CA, by tier (root, policy, issuing), then generation. */
  authorities(): readonly Authority[];
  authority(id: string): Authority | undefined;
  service(name: string): Service | undefined;
  serviceNames(): readonly string[];
  /** Every service, by name. */
  liveServices(): readonly LiveService[];
  /** Lifetimes of services with a current certificate, each once. */
  currentLifetimes(): readonly ServiceLifetime[];
  /** Services at risk, by name; the others need no look. Answered from indexes. */
  servicesAtRisk(question: RiskQuestion): readonly LiveService[];
  /** Services that `renew` may have to act on, by name: all that it must, and few others. Answered from indexes. */
  dueServices(question: DueQuestion): readonly LiveService[];
  /**
   * Superseded certificates that have not expired and are past their overlap, by service, without DER. The overlap is that of the
   * service, else `overlap`, in seconds; without either it never ends. It begins with the first deployment of a successor.
   */
  certificatesPastOverlap(at: Date, overlap: number | undefined): readonly Certificate[];
  serviceCount(): number;
  /** Services among `names` that exist, by name. */
  servicesNamed(names: readonly string[]): readonly KnownService[];
  certificate(serial: string): Certificate | undefined;
  /** Certificates by a lower-case hex prefix; at most `limit` rows, so an ambiguous prefix does not read a million rows. */
  certificatesBySerialPrefix(prefix: string, limit: number): readonly Certificate[];
  /** Certificates in every state, newest first. */
  certificatesOfService(service: string): readonly Certificate[];
  certificatesBySpiffeId(spiffeId: string): readonly Certificate[];
  /** Every finished certificate in the order of issue, read in pieces. */
  encodings(): Iterable<Encoding>;
  /** Finished certificates that have not expired at `at`, revoked ones included. */
  unexpiredLeaves(at: Date): Iterable<UnexpiredLeaf>;
  /** Certificates in state `intent`: they were perhaps issued, and never finished. */
  intents(): readonly Certificate[];
  /** Certificates with notAfter at or before `instant`, soonest first; no revoked ones, no intents. Answered from an index. */
  expiringBy(instant: Date): readonly Certificate[];
  revocation(serial: string): Revocation | undefined;
  /** Revocations in the order of their serial numbers, as a CRL lists them. */
  revocations(authorityId: string): Iterable<Revocation>;
  /**
   * Revocations as DER, for a CRL with a million entries. A chunk is some thousand elements of revokedCertificates (RFC 5280
   * §5.1.2.6); without revocations there is no chunk. Two calls give the same bytes unless a transaction came between.
   */
  revocationEntries(authorityId: string, listing?: CrlListing): Iterable<Uint8Array>;
  /** Totals of the same entries. `unlisted` and `latest` are about every revocation. */
  revocationTotals(authorityId: string, listing?: CrlListing): RevocationTotals;
  /** Newest CRL that this CA signed. */
  latestCrl(authorityId: string): Crl | undefined;
  /** Presigned CRLs in the order of their time, released ones included. */
  presignedCrls(authorityId: string): readonly Crl[];
  presignedCrl(authorityId: string, number: bigint): PresignedCrl | undefined;
  voidCrlSeries(authorityId: string): VoidCrlSeries | undefined;
  deployment(service: string): Deployment | undefined;
  /** Services whose deployment is pending, by name. Answered from an index. */
  pendingServices(): readonly LiveService[];
  /** Services whose current certificate is revoked, by name. Answered from an index. */
  revokedServices(): readonly LiveService[];
  /** Services whose current certificate was issued from a CSR, soonest expiry first. Answered from an index. */
  csrServices(): readonly LiveService[];
  /** Recorded facts of the files of services that have a certificate which is not revoked. Answered from indexes. */
  fileFacts(question: FactsQuestion): readonly RecordedFiles[];
  /** SHA-256 of a CA's key file, lower-case hex, as svcauth wrote it or last opened it. Undefined if it did neither. */
  keyFileDigest(authorityId: string): string | undefined;
  /** Last runs of a service's hooks, in the order of the hooks. */
  hookRuns(service: string): readonly HookRun[];
  /** Every file that a service's deployment writes. */
  outputPaths(): readonly { readonly service: string; readonly path: string }[];
  /** Rotations in the order they began. */
  rotations(): readonly Rotation[];
  /** Further certificates by CA, then in the order they were made. */
  furtherCertificates(): readonly FurtherCertificate[];
  /** Last acknowledgement of each verifier, by verifier. */
  acknowledgements(): readonly Acknowledgement[];
  /** Known states of published trust, newest first; old states that no consumer has loaded are dropped. */
  trustStates(): readonly TrustState[];
  newestTrustState(): TrustState | undefined;
  /** Consumers whose hooks ran, or for which an operator reported a reload, by id. */
  consumerRecords(): readonly ConsumerRecord[];
  /**
   * Deployed services, grouped by their settings and loaded trust, by name of the first. A service whose certificate is revoked belongs
   * to them unless it was revoked for one of the reasons that end a service.
   */
  serviceGroups(ending: readonly CrlReason[]): readonly ServiceGroup[];
  /** Names of the deployed services with these settings, by name. */
  groupMembers(group: Pick<ServiceGroup, 'hooks' | 'reload'>, ending: readonly CrlReason[]): readonly string[];
  /** Names of the services with an output of one of these kinds, by name. */
  servicesWithOutputs(kinds: readonly string[]): readonly string[];
  /** A value that a later run compares, by name. */
  progress(name: ProgressName): string | undefined;
  /** The last attempt of `tick` for each tier that it rotates. */
  rotationUpkeep(): readonly RotationUpkeep[];
  leafTotals(authorityId: string, at: Date): LeafTotals;
  /** Times by which a run judges its clock; absent while nothing was recorded. */
  clock(): ClockRecord | undefined;
  trustBundle(): TrustBundleRecord | undefined;
  /** Bundles of federated trust domains, by trust domain. */
  federatedBundles(): readonly FederatedBundle[];
  /** Records of publishing, by directory. */
  publications(): readonly Publication[];
  /** Services that declare an address, by name. Answered from an index. */
  listeningServices(): readonly LiveService[];
  /** The last probe of each declared address, by service, then address. */
  servedRecords(): readonly ServedRecord[];
  /** Audit records in sequence order, from `fromSequence` (inclusive) on. */
  auditRecords(fromSequence?: number): Iterable<AuditRecord>;
  transaction<T>(work: (write: ManifestWriter) => T): T;
  close(): void;
}

/** Changes that a transaction can make. Methods throw a catalogue error when a change would break the contract. */
export interface ManifestWriter {
  setIdentity(identity: PkiIdentity): void;
  insertAuthority(authority: Authority): void;
  setAuthorityState(id: string, state: AuthorityState): void;
  setAuthorityCertificate(id: string, certificate: AuthorityCertificate): void;
  setKeyLocation(id: string, keyLocation: Authority['keyLocation']): void;
  insertFurtherCertificate(certificate: FurtherCertificate): void;
  /** Serves the CA's chain with this further certificate; the previous certificate becomes a further one. */
  promoteCertificate(authorityId: string, serial: string): void;
  /** Adds a rotation and returns its id. Refuses a second open rotation in the same tier. */
  insertRotation(rotation: Omit<Rotation, 'id'>): number;
  updateRotation(id: number, progress: RotationProgress): void;
  putAcknowledgement(acknowledgement: Acknowledgement): void;
  putRotationUpkeep(upkeep: RotationUpkeep): void;
  /** Adds services, or replaces the spec of existing ones; without `upkeep` an existing service keeps its own. */
  putServices(
    services: readonly { readonly name: string; readonly spec: ServiceSpec; readonly upkeep?: Upkeep }[],
  ): void;
  /** Adds certificates with state `intent`. Refuses a serial that exists. */
  insertIntents(certificates: readonly Certificate[]): void;
  /** Makes intents the current certificates of their services, and the previous current ones `superseded`. */
  completeCertificates(results: readonly { readonly serial: string; readonly der: Uint8Array }[]): void;
  /**
   * Adds a revocation, and sets the state of the certificate if it is one of ours. Voids the CRLs that its CA has presigned, as
   * they do not list it. Refuses to revoke a serial twice.
   */
  insertRevocation(revocation: Revocation): void;
  recordCrl(crl: Crl): void;
  /** Replaces the rest of the previous series by a new one. */
  replacePresignedCrls(authorityId: string, crls: readonly PresignedCrl[]): void;
  /** Records a CRL of the series as the newest CRL. It may be an earlier one, if the newest was released before its time. */
  releasePresignedCrl(crl: Crl): void;
  /** Voids the rest of a series, audited; returns false when there is none. */
  voidPresignedCrls(authorityId: string): boolean;
  /** Sets the deployment of each service; a later one replaces it. */
  setDeployments(deployments: readonly Deployment[]): void;
  /** Replaces the facts of the files of services. */
  putFileFacts(facts: readonly ServiceFacts[]): void;
  putKeyFileDigest(authorityId: string, sha256: string): void;
  /** Replaces the runs of a service's hooks. */
  setHookRuns(service: string, runs: readonly HookRun[]): void;
  /** Adds a state of published trust and returns its number. */
  insertTrustState(trust: PublishedTrust): number;
  /** Sets the record of each consumer; a later one replaces it. */
  putConsumers(consumers: readonly ConsumerRecord[]): void;
  /** Sets the trust that services without a hook have loaded. */
  setServicesLoaded(names: readonly string[], state: number): void;
  setProgress(name: ProgressName, value: string): void;
  recordTrustBundle(bundle: TrustBundleRecord): void;
  /** Sets the bundle of a federated trust domain; a later one replaces it. */
  putFederatedBundle(bundle: FederatedBundle): void;
  removeFederatedBundle(trustDomain: string): void;
  /** Sets the record of publishing to a directory; a later one replaces it. Bookkeeping, not audited. */
  putPublication(publication: Publication): void;
  /** Stores probes of declared addresses, each in place of the last one, and removes those of addresses no longer declared. */
  putServed(records: readonly ServedRecord[]): void;
  removePublication(directory: string): void;
  /** Replaces the times by which later runs judge their clock. */
  recordClock(record: ClockRecord): void;
  /** Appends to the hash chain, and raises the newest recorded time. `detail` must hold no secret. */
  audit(action: AuditAction, subject: string, detail: Readonly<Record<string, string>>): void;
}
