// Reads and writes the trust that was published, and what each consumer has loaded of it.
// `sqlite-manifest.ts` and its writer call it. It does not decide who is a consumer.
import type { ConsumerRecord, LoadedCrl, PublishedTrust, ServiceGroup, TrustState } from '../../../record/consumer.ts';
import type { CrlReason } from '../../../pki/crl/revocation-reason.ts';
import { toDate, toSeconds } from '../rows.ts';
import { insertRows, type Sql, type SqlRow } from '../sqlite.ts';

/** Lists the known states of published trust, newest first. */
export const trustStates = (sql: Sql): TrustState[] =>
  sql.all('SELECT * FROM trust_states ORDER BY id DESC').map(toTrustState);

export const newestTrustState = (sql: Sql): TrustState | undefined =>
  sql.all('SELECT * FROM trust_states ORDER BY id DESC LIMIT 1').map(toTrustState)[0];

const toTrustState = (row: SqlRow): TrustState => ({
  id: Number(row.id),
  at: toDate(row.seen_at),
  fingerprint: row.fingerprint as string,
  bundleSequence: Number(row.bundle_sequence),
  crls: new Map(
    Object.entries(JSON.parse(row.crls as string) as Record<string, [string, number]>).map(
      ([ca, [number, nextUpdate]]): [string, LoadedCrl] => [
        ca,
        { number: BigInt(number), nextUpdate: toDate(nextUpdate) },
      ],
    ),
  ),
});

/** Seconds to keep a state that no consumer has loaded: the longest interval of a self-reloading program, and slack. */
const KEPT = 40 * 86_400;

/** Adds a state and returns its number; drops old ones that no consumer has loaded. */
export function insertTrustState(sql: Sql, { fingerprint, bundleSequence, crls }: PublishedTrust, at: Date): number {
  sql.run(
    `DELETE FROM trust_states WHERE seen_at < ? AND id <> (SELECT max(id) FROM trust_states)
      AND id NOT IN (SELECT loaded_state FROM consumers WHERE loaded_state IS NOT NULL)
      AND id NOT IN (SELECT loaded_state FROM deployments WHERE loaded_state IS NOT NULL)`,
    toSeconds(at) - KEPT,
  );
  const numbers = [...crls].map(([ca, { number, nextUpdate }]) => [ca, [String(number), toSeconds(nextUpdate)]]);
  insertRows(
    sql,
    'trust_states',
    ['seen_at', 'fingerprint', 'bundle_sequence', 'crls'],
    [[toSeconds(at), fingerprint, bundleSequence, JSON.stringify(Object.fromEntries(numbers))]],
  );
  return Number(sql.get('SELECT max(id) AS id FROM trust_states')!.id);
}

export const consumerRecords = (sql: Sql): ConsumerRecord[] =>
  sql.all('SELECT * FROM consumers ORDER BY id').map(row => ({
    id: row.id as string,
    ...(row.loaded_state !== null && { loaded: { at: toDate(row.loaded_at), state: Number(row.loaded_state) } }),
    ...(row.attempts !== 0 && { attempts: Number(row.attempts) }),
    ...(row.problem !== null && { problem: row.problem as string }),
    ...(row.output !== null && { output: row.output as string }),
    ...(row.claimed_until !== null && {
      claim: { state: Number(row.claimed_state), until: toDate(row.claimed_until) },
    }),
  }));

/** A record of older trust does not replace one of newer trust, which another run has loaded meanwhile. */
const NOT_OLDER = 'consumers.loaded_state IS NULL OR excluded.loaded_state >= consumers.loaded_state';

export function putConsumers(sql: Sql, consumers: readonly ConsumerRecord[]): void {
  const columns = [
    'id',
    'loaded_state',
    'loaded_at',
    'attempts',
    'problem',
    'output',
    'claimed_state',
    'claimed_until',
  ];
  const update = columns.map(column => `${column} = excluded.${column}`).join(', ');
  const rows = consumers.map(({ id, loaded, attempts = 0, problem, output, claim }) => [
    id,
    loaded?.state ?? null,
    loaded ? toSeconds(loaded.at) : null,
    attempts,
    problem ?? null,
    // some of SQLite's functions end a text at a NUL
    output?.replaceAll('\0', '�') ?? null,
    claim?.state ?? null,
    claim ? toSeconds(claim.until) : null,
  ]);
  insertRows(sql, 'consumers', columns, rows, `ON CONFLICT (id) DO UPDATE SET ${update} WHERE ${NOT_OLDER}`);
}

/**
 * Deployed services whose program is in use: with a current certificate, or with a revoked one that will be replaced. The parameter has
 * the reasons that end a service, as JSON.
 */
const DEPLOYED = `FROM deployments d JOIN services s ON s.name = d.service
  JOIN certificates c ON c.serial = s.current_serial
  WHERE d.deployed_serial IS NOT NULL AND (c.state = 'current' OR (c.state = 'revoked' AND EXISTS (
    SELECT 1 FROM revocations r
    WHERE r.authority_id = c.authority_id AND r.serial_length = length(c.serial) AND r.serial = c.serial
      AND r.reason NOT IN (SELECT value FROM json_each(?)))))`;
const HOOKS = `s.upkeep -> '$.deployment.hooks'`;
const RELOAD = `s.upkeep ->> '$.deployment.reload'`;

/** Groups the deployed services by their settings and by the trust they have loaded. */
export const serviceGroups = (sql: Sql, ending: readonly CrlReason[]): ServiceGroup[] =>
  sql
    .all(
      `SELECT ${HOOKS} AS hooks, ${RELOAD} AS reload, s.upkeep ->> '$.deployment.every' AS every,
        d.loaded_state AS state, count(*) AS services, min(s.name) AS first, min(d.updated_at) AS since
        ${DEPLOYED} GROUP BY 1, 2, 3, 4 ORDER BY first`,
      JSON.stringify(ending),
    )
    .map(row => ({
      ...(row.hooks !== null && { hooks: row.hooks as string }),
      ...(row.reload !== null && { reload: row.reload as string }),
      ...(row.every !== null && { every: Number(row.every) }),
      ...(row.state !== null && { state: Number(row.state) }),
      services: Number(row.services),
      first: row.first as string,
      since: toDate(row.since),
    }));

/** Names the services of a group, whatever they have loaded. */
export const groupMembers = (
  sql: Sql,
  { hooks, reload }: Pick<ServiceGroup, 'hooks' | 'reload'>,
  ending: readonly CrlReason[],
): string[] =>
  sql
    .all(
      `SELECT s.name AS name ${DEPLOYED} AND (${HOOKS}) IS ? AND (${RELOAD}) IS ? ORDER BY s.name`,
      JSON.stringify(ending),
      hooks ?? null,
      reload ?? null,
    )
    .map(row => row.name as string);

/** Names the services whose outputs hold one of these kinds. */
export const servicesWithOutputs = (sql: Sql, kinds: readonly string[]): string[] =>
  sql
    .all(
      `SELECT DISTINCT s.name AS name FROM services s, json_each(s.upkeep, '$.deployment.outputs') o
        WHERE s.upkeep IS NOT NULL AND o.value ->> 'kind' IN (SELECT value FROM json_each(?)) ORDER BY 1`,
      JSON.stringify(kinds),
    )
    .map(row => row.name as string);

/** Sets the loaded trust of services without a hook, as an operator reported it. */
export function setServicesLoaded(sql: Sql, names: readonly string[], state: number): void {
  sql.run(
    'UPDATE deployments SET loaded_state = ? WHERE service IN (SELECT value FROM json_each(?))',
    state,
    JSON.stringify(names),
  );
}

/** Reads a value that a later run compares, such as the last bundle that every service has. */
export const progress = (sql: Sql, name: string): string | undefined =>
  sql.get('SELECT value FROM progress WHERE name = ?', name)?.value as string | undefined;

export function setProgress(sql: Sql, name: string, value: string): void {
  insertRows(
    sql,
    'progress',
    ['name', 'value'],
    [[name, value]],
    'ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  );
}
