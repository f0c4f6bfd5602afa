// Implements the manifest over SQLite: opens or makes the file, answers the questions, runs the transactions.
// `store/open-pki.ts`, `cli/reading.ts` and `ca init` open it; its callers see only the interface in `manifest.ts`.
import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import type { AuditRecord } from '../../record/audit.ts';
import { fromHex } from '../../pki/bytes.ts';
import { acknowledgements } from './tables/acknowledgement-table.ts';
import { furtherCertificates } from './tables/further-certificate-table.ts';
import { clockRecord } from './clock-record.ts';
import { leafTotals } from './leaf-totals.ts';
import { hookRuns, outputPaths } from './tables/hook-run-table.ts';
import { dueServices } from './due-services.ts';
import { fileFacts, keyFileDigest } from './tables/file-facts-table.ts';
import {
  csrServices,
  currentLifetimes,
  liveServices,
  pendingServices,
  revokedServices,
  servicesAtRisk,
  servicesNamed,
} from './live-services.ts';
import type { Encoding, Manifest, PkiIdentity } from './manifest.ts';
import { formatVersion } from './migrations.ts';
import { createConnection, openConnection, type ManifestConnection } from './connection.ts';
import {
  toAuditRecord,
  toAuthority,
  toCertificate,
  toCrl,
  toDate,
  toDeployment,
  toEncoding,
  toSeconds,
  toSerial,
  toService,
  toTrustBundle,
} from './rows.ts';
import { federatedBundles } from './tables/federated-bundle-table.ts';
import { presignedCrl, presignedCrls, voidCrlSeries } from './tables/presigned-crl-table.ts';
import { listeningServices, servedRecords } from './tables/served-table.ts';
import { publications } from './tables/publication-table.ts';
import {
  consumerRecords,
  groupMembers,
  newestTrustState,
  progress,
  serviceGroups,
  servicesWithOutputs,
  trustStates,
} from './tables/consumer-table.ts';
import { certificatesPastOverlap } from './replaced-certificates.ts';
import { revocation, revocationEntries, revocations, revocationTotals } from './tables/revocation-table.ts';
import { rotations, rotationUpkeep } from './tables/rotation-table.ts';
import { unexpiredLeaves } from './unexpired-leaves.ts';
import type { Sql, SqlRow, SqlValue } from './sqlite.ts';
import { manifestWriter } from './sqlite-manifest-writer.ts';

type ManifestWorld = Pick<World, 'files' | 'now' | 'actor'>;

/** Makes a manifest in a new file; the file must not exist. */
export const createManifest = async (world: ManifestWorld, path: string): Promise<Manifest> =>
  manifestOver(world, await createConnection(world.files, path));

/**
 * Opens a manifest. Throws ERR_MANIFEST_CORRUPT, _SCHEMA, _NEWER or _BUSY. On a read-only file system, and for a file of an older
 * format, only `transaction` throws.
 */
export const openManifest = async (world: ManifestWorld, path: string): Promise<Manifest> =>
  manifestOver(world, await openConnection(world.files, path));

/** Opens a manifest to change it, and upgrades an older format, with a copy and an audit record. The caller holds the lock. */
export const openManifestToChange = async (world: ManifestWorld, path: string): Promise<Manifest> =>
  manifestOver(
    world,
    await openConnection(world.files, path, {
      record: (sql, from, copy) => {
        const opened = manifestWriter(sql, world);
        opened.writer.audit('manifest.migrated', 'manifest.db', { from: `${from}`, to: `${formatVersion(sql)}`, copy });
        opened.flush();
      },
    }),
  );

const AUTHORITIES = `SELECT a.*, (SELECT max(published_at) FROM rotations WHERE to_id = a.id) AS published_at,
  (SELECT r.revoked_at FROM revocations r WHERE r.authority_id = a.issuer_id AND r.serial_length = length(a.serial)
    AND r.serial = a.serial) AS revoked_at
  FROM authorities a`;
const CERTIFICATES = 'SELECT c.*, e.der FROM certificates c LEFT JOIN encodings e ON e.certificate_id = c.id';
const AUDIT_CHUNK = 1000;
const ENCODING_CHUNK = 1000;

function manifestOver(world: ManifestWorld, connection: ManifestConnection): Manifest {
  const { sql, readOnly } = connection;
  let changed = false;
  const one = <T>(read: (row: SqlRow) => T, query: string, ...parameters: SqlValue[]): T | undefined => {
    const row = sql.get(query, ...parameters);
    return row && read(row);
  };
  const many = <T>(read: (row: SqlRow) => T, query: string, ...parameters: SqlValue[]): T[] =>
    sql.all(query, ...parameters).map(read);

  return {
    identity: () => identity(sql),
    authorities: () => many(toAuthority, `${AUTHORITIES} ORDER BY tier = 'issuing', role IS NOT NULL, generation`),
    authority: id => one(toAuthority, `${AUTHORITIES} WHERE id = ?`, id),
    service: name => one(toService, 'SELECT * FROM services WHERE name = ?', name),
    serviceNames: () => many(row => row.name as string, 'SELECT name FROM services ORDER BY name'),
    liveServices: () => liveServices(sql),
    currentLifetimes: () => currentLifetimes(sql),
    servicesAtRisk: question => servicesAtRisk(sql, question),
    dueServices: question => dueServices(sql, question),
    certificatesPastOverlap: (instant, overlap) => certificatesPastOverlap(sql, instant, overlap),
    serviceCount: () => Number(sql.get('SELECT count(*) AS count FROM services')!.count),
    servicesNamed: names => servicesNamed(sql, names),
    certificate: serial => one(toCertificate, `${CERTIFICATES} WHERE c.serial = ?`, toSerial(serial)),
    certificatesBySerialPrefix: (prefix, limit) => {
      const [from, below] = serialRange(prefix);
      return below === undefined
        ? many(toCertificate, `${CERTIFICATES} WHERE c.serial >= ? ORDER BY c.serial LIMIT ?`, from, limit)
        : many(
            toCertificate,
            `${CERTIFICATES} WHERE c.serial >= ? AND c.serial < ? ORDER BY c.serial LIMIT ?`,
            from,
            below,
            limit,
          );
    },
    certificatesOfService: service =>
      many(toCertificate, `${CERTIFICATES} WHERE c.service = ? ORDER BY c.id DESC`, service),
    certificatesBySpiffeId: spiffeId =>
      many(toCertificate, `${CERTIFICATES} WHERE c.spiffe_id = ? ORDER BY c.id DESC`, spiffeId),
    encodings: () => encodings(sql),
    unexpiredLeaves: at => unexpiredLeaves(sql, at),
    intents: () => many(toCertificate, `${CERTIFICATES} WHERE c.state = 'intent' ORDER BY c.id`),
    expiringBy: instant =>
      many(
        toCertificate,
        `${CERTIFICATES} WHERE c.state IN ('current', 'superseded') AND c.not_after <= ? ORDER BY c.not_after, c.id`,
        toSeconds(instant),
      ),
    revocation: serial => revocation(sql, serial),
    revocations: authorityId => revocations(sql, authorityId),
    revocationEntries: (authorityId, listing) => revocationEntries(sql, authorityId, listing),
    revocationTotals: (authorityId, listing) => revocationTotals(sql, authorityId, listing),
    latestCrl: authorityId =>
      one(toCrl, 'SELECT * FROM crls WHERE authority_id = ? ORDER BY id DESC LIMIT 1', authorityId),
    presignedCrls: authorityId => presignedCrls(sql, authorityId),
    presignedCrl: (authorityId, number) => presignedCrl(sql, authorityId, number),
    voidCrlSeries: authorityId => voidCrlSeries(sql, authorityId),
    deployment: service => one(toDeployment, 'SELECT * FROM deployments WHERE service = ?', service),
    rotations: () => rotations(sql),
    furtherCertificates: () => furtherCertificates(sql),
    acknowledgements: () => acknowledgements(sql),
    trustStates: () => trustStates(sql),
    newestTrustState: () => newestTrustState(sql),
    consumerRecords: () => consumerRecords(sql),
    serviceGroups: ending => serviceGroups(sql, ending),
    groupMembers: (group, ending) => groupMembers(sql, group, ending),
    servicesWithOutputs: kinds => servicesWithOutputs(sql, kinds),
    progress: name => progress(sql, name),
    rotationUpkeep: () => rotationUpkeep(sql),
    leafTotals: (authorityId, instant) => leafTotals(sql, authorityId, instant),
    pendingServices: () => pendingServices(sql),
    revokedServices: () => revokedServices(sql),
    csrServices: () => csrServices(sql),
    fileFacts: question => fileFacts(sql, question),
    keyFileDigest: authorityId => keyFileDigest(sql, authorityId),
    hookRuns: service => hookRuns(sql, service),
    outputPaths: () => outputPaths(sql),
    federatedBundles: () => federatedBundles(sql),
    publications: () => publications(sql),
    clock: () => clockRecord(sql),
    listeningServices: () => listeningServices(sql),
    servedRecords: () => servedRecords(sql),
    trustBundle: () => one(toTrustBundle, 'SELECT * FROM trust_bundle'),
    auditRecords: (fromSequence = 1) => auditRecords(sql, fromSequence),
    transaction: work => {
      if (readOnly !== undefined) throw failure('ERR_MANIFEST_ACCESS', { path: sql.path, reason: readOnly });
      const result = transaction(sql, () => {
        const opened = manifestWriter(sql, world);
        const answer = work(opened.writer);
        opened.flush();
        return answer;
      });
      changed = true;
      return result;
    },
    close: () => connection.close(changed),
  };
}

function transaction<T>(sql: Sql, work: () => T): T {
  sql.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    sql.exec('COMMIT');
    return result;
  } catch (cause) {
    // SQLite has already rolled back after a full disk
    if (sql.inTransaction()) sql.exec('ROLLBACK');
    throw cause;
  }
}

function identity(sql: Sql): PkiIdentity | undefined {
  const facts = new Map(sql.all('SELECT key, value FROM meta').map(row => [row.key, row.value as string]));
  const trustDomain = facts.get('trust_domain');
  const name = facts.get('name');
  if (trustDomain === undefined || name === undefined) return undefined;
  return { trustDomain, name, createdAt: toDate(facts.get('created_at')) };
}

function* encodings(sql: Sql): Iterable<Encoding> {
  const query = `SELECT c.id, c.serial, c.service, e.der FROM encodings e JOIN certificates c ON c.id = e.certificate_id
    WHERE e.certificate_id > ? ORDER BY e.certificate_id LIMIT ${ENCODING_CHUNK}`;
  for (let after = 0; ;) {
    const rows = sql.all(query, after);
    yield* rows.map(toEncoding);
    if (rows.length < ENCODING_CHUNK) return;
    after = Number(rows.at(-1)!.id);
  }
}

function* auditRecords(sql: Sql, fromSequence: number): Iterable<AuditRecord> {
  const query = `SELECT * FROM audit WHERE sequence >= ? ORDER BY sequence LIMIT ${AUDIT_CHUNK}`;
  for (let from = fromSequence; ;) {
    const rows = sql.all(query, from);
    yield* rows.map(toAuditRecord);
    const last = rows.at(-1);
    if (last === undefined || rows.length < AUDIT_CHUNK) return;
    from = Number(last.sequence) + 1;
  }
}

/** Returns the range of octet strings that begin with the hex digits; the end is exclusive, undefined: no upper end. */
function serialRange(prefix: string): readonly [Uint8Array, Uint8Array | undefined] {
  const octets = (digits: string) => fromHex(digits.length % 2 === 0 ? digits : `${digits}0`)!;
  const next = (BigInt(`0x0${prefix}`) + 1n).toString(16).padStart(prefix.length, '0');
  return [octets(prefix), next.length > prefix.length ? undefined : octets(next)];
}
