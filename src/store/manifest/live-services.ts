// Reads services with their current certificate and deployment: all of them, or those named, pending or at risk.
// The manifest answers `status`, `check`, `issue` and renewal with it. It writes nothing.
import type { Certificate } from '../../record/certificate.ts';
import type { Deployment } from '../../record/deployment.ts';
import type { ServiceSpec } from '../../record/service.ts';
import type { Upkeep } from '../../record/upkeep.ts';
import { fromHex } from '../../pki/bytes.ts';
import type { KnownService, LiveService, RiskQuestion, ServiceLifetime } from './manifest.ts';
import { toDate, toSeconds } from './rows.ts';
import type { Sql, SqlValue } from './sqlite.ts';

/**
 * Services read at once, as one JSON text. A value crosses from the engine to JavaScript in 0.5 µs, a row has twenty-five values,
 * and `check` reads every service.
 */
const CHUNK = 5_000;

const columns = (der: string) => `json_group_array(json_array(
    s.name, json(s.spec), lower(hex(s.current_serial)),
    c.authority_id, c.state, c.spiffe_id, c.not_before, c.not_after, lower(hex(c.tbs_sha256)), c.key_source, c.issued_at,
    lower(hex(d.serial)), d.directory, d.state, d.updated_at, ${der},
    json(s.upkeep), lower(hex(d.deployed_serial)), d.attempts, d.problem, d.hook_failed,
    d.loaded_state, d.trust_only, d.claimed_until, d.revision)) AS rows`;

const JOINED = `LEFT JOIN certificates c ON c.serial = s.current_serial
  LEFT JOIN deployments d ON d.service = s.name`;

const AFTER = `SELECT ${columns('NULL')}
  FROM (SELECT * FROM services WHERE name > ? ORDER BY name LIMIT ${CHUNK}) s ${JOINED}`;

const NAMED = `SELECT ${columns('hex(e.der)')}
  FROM (SELECT * FROM services WHERE name IN (SELECT value FROM json_each(?)) ORDER BY name) s ${JOINED}
  LEFT JOIN encodings e ON e.certificate_id = c.id`;

const PENDING = `SELECT ${columns('NULL')}
  FROM (SELECT s.* FROM deployments p JOIN services s ON s.name = p.service
    WHERE p.state = 'pending' ORDER BY p.service) s ${JOINED}`;

/** SQL for services at risk. The first three queries of the union read only their index. */
const AT_RISK = `WITH risk (id) AS (
    SELECT c.id FROM authorities a CROSS JOIN certificates c
      ON c.state = 'current' AND c.authority_id = a.id AND c.not_after <= ?2
      WHERE c.not_after - ?1 <= ?4 OR (c.not_after - ?1) * 100 <= ?3 * (c.not_after - c.not_before)
    UNION SELECT c.id FROM authorities a CROSS JOIN certificates c
      ON c.state = 'current' AND c.authority_id = a.id AND c.not_after > a.not_after
    UNION SELECT c.id FROM certificates c WHERE c.state = 'current' AND c.not_before > ?1
    UNION SELECT c.id FROM deployments p CROSS JOIN certificates c ON c.serial = p.serial WHERE p.state = 'pending')
  SELECT ${columns('NULL')}
  FROM (SELECT live.* FROM risk CROSS JOIN certificates c ON c.id = risk.id CROSS JOIN services live ON live.name = c.service
    WHERE live.current_serial = c.serial ORDER BY live.name) s ${JOINED}`;

type JsonRow = readonly [
  name: string,
  spec: ServiceSpec,
  currentSerial: string,
  authorityId: string,
  state: Certificate['state'] | null,
  spiffeId: string,
  notBefore: number,
  notAfter: number,
  tbsSha256: string,
  keySource: Certificate['keySource'],
  issuedAt: number,
  deploymentSerial: string,
  directory: string,
  deploymentState: Deployment['state'] | null,
  updatedAt: number,
  der: string | null,
  upkeep: Upkeep | null,
  deployedSerial: string,
  attempts: number,
  problem: string | null,
  hookFailed: 0 | 1,
  loadedState: number | null,
  trustOnly: 0 | 1,
  claimedUntil: number | null,
  revision: number,
];

/** Reads every service, by name. */
export function liveServices(sql: Sql): LiveService[] {
  const services: LiveService[] = [];
  for (let after = ''; ;) {
    const chunk = read(sql, AFTER, after);
    services.push(...chunk);
    const last = chunk.at(-1);
    if (last === undefined || chunk.length < CHUNK) return services;
    after = last.service.name;
  }
}

/** Lists the lifetimes of services with a current certificate, each with the first of its services by name. */
export const currentLifetimes = (sql: Sql): readonly ServiceLifetime[] =>
  sql
    .all(
      `SELECT json_extract(s.spec, '$.ttl') AS ttl, count(*) AS services, min(s.name) AS name
        FROM services s JOIN certificates c ON c.serial = s.current_serial
        WHERE c.state = 'current' GROUP BY 1 ORDER BY 3`,
    )
    .map(row => ({ ttl: Number(row.ttl), services: Number(row.services), name: row.name as string }));

/** Finds the services at risk (see `RiskQuestion`), by name. */
export function servicesAtRisk(sql: Sql, { at, endingBy, percentLeft, secondsLeft }: RiskQuestion): LiveService[] {
  return read(sql, AT_RISK, toSeconds(at), toSeconds(endingBy), percentLeft, secondsLeft);
}

const REVOKED = `SELECT ${columns('NULL')}
  FROM (SELECT * FROM services WHERE revoked = 1 ORDER BY name) s ${JOINED}`;

const FROM_CSR = `SELECT ${columns('NULL')}
  FROM (SELECT live.* FROM certificates c CROSS JOIN services live ON live.name = c.service
    WHERE c.state = 'current' AND c.key_source = 'csr' AND live.current_serial = c.serial ORDER BY c.not_after) s ${JOINED}`;

/** Finds the services whose current certificate is revoked, by name. */
export const revokedServices = (sql: Sql): LiveService[] => read(sql, REVOKED);

/** Finds the services whose current certificate was issued from a CSR, soonest expiry first. */
export const csrServices = (sql: Sql): LiveService[] => read(sql, FROM_CSR);

/** Finds the services whose deployment is pending, by name. */
export const pendingServices = (sql: Sql): LiveService[] => read(sql, PENDING);

/** Finds the services among `names` that exist, by name, each once. */
export function servicesNamed(sql: Sql, names: readonly string[]): KnownService[] {
  const wanted = [...new Set(names)].sort();
  const services: KnownService[] = [];
  for (let start = 0; start < wanted.length; start += CHUNK) {
    services.push(...read(sql, NAMED, JSON.stringify(wanted.slice(start, start + CHUNK))));
  }
  return services;
}

/** Reads the services that the query `rows` selects from `services`, in its order. */
export const servicesOf = (sql: Sql, rows: string, ...parameters: SqlValue[]): LiveService[] =>
  read(sql, `SELECT ${columns('NULL')} FROM (${rows}) s ${JOINED}`, ...parameters);

const read = (sql: Sql, query: string, ...parameters: SqlValue[]): KnownService[] =>
  (JSON.parse(sql.get(query, ...parameters)!.rows as string) as JsonRow[]).map(toKnownService);

function toKnownService(row: JsonRow): KnownService {
  const [name, spec, currentSerial] = row;
  const upkeep = row[16];
  const certificate = toCertificate(row);
  const deployment = toDeployment(row);
  return {
    service: { name, spec, ...(upkeep && { upkeep }), ...(currentSerial !== '' && { currentSerial }) },
    ...(certificate && { certificate }),
    ...(deployment && { deployment }),
  };
}

function toCertificate(row: JsonRow): Certificate | undefined {
  const [service, , serial, authorityId, state, spiffeId, notBefore, notAfter, tbsSha256, keySource, issuedAt] = row;
  if (state === null) return undefined;
  const der = row[15];
  return {
    serial,
    authorityId,
    service,
    state,
    spiffeId,
    notBefore: toDate(notBefore),
    notAfter: toDate(notAfter),
    tbsSha256,
    ...(der && { der: fromHex(der)! }),
    keySource,
    issuedAt: toDate(issuedAt),
  };
}

function toDeployment(row: JsonRow): Deployment | undefined {
  const [service] = row;
  const [serial, directory, state, updatedAt] = [row[11], row[12], row[13], row[14]];
  const [deployedSerial, attempts, problem, hookFailed] = [row[17], row[18], row[19], row[20]];
  const [loadedState, trustOnly, claimedUntil, revision] = [row[21], row[22], row[23], row[24]];
  if (state === null) return undefined;
  return {
    service,
    serial,
    directory,
    state,
    updatedAt: toDate(updatedAt),
    ...(deployedSerial !== '' && { deployedSerial }),
    ...(attempts > 0 && { attempts }),
    ...(problem !== null && { problem }),
    ...(hookFailed === 1 && { hookFailed: true }),
    ...(loadedState !== null && { loadedState }),
    ...(trustOnly === 1 && { trustOnly: true }),
    ...(claimedUntil !== null && { claimedUntil: toDate(claimedUntil) }),
    revision,
  };
}
