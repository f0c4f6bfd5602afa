// Stores rotations: inserts a rotation, records its progress, and lists all in the order they began.
// The manifest and its writer call it. It knows no phase: `rotation/rules/state.ts` derives the phase.
import type { CrossSigning, Rotation, RotationObstacle, RotationUpkeep } from '../../../record/rotation.ts';
import type { RotationProgress } from '../manifest.ts';
import { hexOf, optionalDate, toDate, toSeconds, toSerial } from '../rows.ts';
import { insertRows, type Sql, type SqlRow, type SqlValue } from '../sqlite.ts';

export const rotations = (sql: Sql): Rotation[] => sql.all('SELECT * FROM rotations ORDER BY id').map(toRotation);

const toRotation = (row: SqlRow): Rotation => ({
  id: row.id as number,
  tier: row.tier as Rotation['tier'],
  fromId: row.from_id as string,
  toId: row.to_id as string,
  crossSigning: row.cross_signing as CrossSigning,
  soak: row.soak as number,
  requiredAcks: JSON.parse(row.required_acks as string) as string[],
  preparedAt: toDate(row.prepared_at),
  ...(row.self_test !== null && { selfTest: hexOf(row.self_test) }),
  ...optionalDate('publishedAt', row.published_at),
  ...(row.published_sequence !== null && { publishedSequence: row.published_sequence as number }),
  ...optionalDate('activatedAt', row.activated_at),
  ...optionalDate('drainingSince', row.draining_since),
  ...optionalDate('endedAt', row.ended_at),
  ...(row.outcome !== null && { outcome: row.outcome as NonNullable<Rotation['outcome']> }),
});

const COLUMNS: Readonly<Record<keyof RotationProgress, string>> = {
  soak: 'soak',
  requiredAcks: 'required_acks',
  selfTest: 'self_test',
  publishedAt: 'published_at',
  publishedSequence: 'published_sequence',
  activatedAt: 'activated_at',
  drainingSince: 'draining_since',
  endedAt: 'ended_at',
  outcome: 'outcome',
};

function toValue(name: string, value: unknown): SqlValue {
  if (value instanceof Date) return toSeconds(value);
  if (Array.isArray(value)) return JSON.stringify(value);
  return name === 'selfTest' ? toSerial(value as string) : (value as SqlValue);
}

const assignments = (progress: RotationProgress): (readonly [column: string, value: SqlValue])[] =>
  Object.entries(COLUMNS).flatMap(([name, column]) => {
    const value = progress[name as keyof RotationProgress];
    return value === undefined ? [] : [[column, toValue(name, value)] as const];
  });

export function insertRotation(sql: Sql, rotation: Omit<Rotation, 'id'>): number {
  const { tier, fromId, toId, crossSigning, preparedAt } = rotation;
  const progress = assignments(rotation);
  const columns = ['tier', 'from_id', 'to_id', 'cross_signing', 'prepared_at', ...progress.map(([column]) => column)];
  const values = [tier, fromId, toId, crossSigning, toSeconds(preparedAt), ...progress.map(([, value]) => value)];
  insertRows(sql, 'rotations', columns, [values]);
  return Number(sql.get('SELECT max(id) AS id FROM rotations')!.id);
}

/** Returns the number of rotations changed. */
export function updateRotation(sql: Sql, id: number, progress: RotationProgress): number {
  const changes = assignments(progress);
  const set = changes.map(([column]) => `${column} = ?`).join(', ');
  return sql.run(`UPDATE rotations SET ${set} WHERE id = ?`, ...changes.map(([, value]) => value), id);
}

export const rotationUpkeep = (sql: Sql): RotationUpkeep[] =>
  sql.all('SELECT * FROM rotation_upkeep ORDER BY tier').map(row => ({
    tier: row.tier as RotationUpkeep['tier'],
    at: toDate(row.at),
    ...optionalDate('openedAt', row.opened_at),
    ...(row.obstacle !== null && {
      obstacle: {
        kind: row.obstacle as RotationObstacle['kind'],
        since: toDate(row.since),
        problem: row.problem as string,
        ...(row.remedy !== null && { remedy: row.remedy as string }),
      },
    }),
  }));

export function putRotationUpkeep(sql: Sql, { tier, at, openedAt, obstacle }: RotationUpkeep): void {
  const { kind, since, problem, remedy } = obstacle ?? {};
  sql.run(
    `INSERT OR REPLACE INTO rotation_upkeep (tier, at, opened_at, obstacle, since, problem, remedy)
      VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ...[tier, toSeconds(at), openedAt === undefined ? null : toSeconds(openedAt), kind ?? null],
    ...[since === undefined ? null : toSeconds(since), problem ?? null, remedy ?? null],
  );
}
