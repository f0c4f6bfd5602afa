// Compares the schema of a manifest with that of its format: an edit by hand is found before it harms.
// `connection.ts` calls it at every opening. The usual case costs one query and one digest. Only a difference makes the schema anew.
import { createHash } from 'node:crypto';
import { failure } from '../../errors/error.ts';
import type { SchemaEdit } from '../../errors/rows/store.ts';
import { SCHEMA_DIGESTS } from './schema-digests.ts';
import { openSqlite, type Sql } from './sqlite.ts';

/** A table, index, trigger or view with its statement in one spelling. */
interface SchemaObject {
  readonly type: string;
  readonly name: string;
  readonly sql: string;
}

/** Names of other programs: SQLite itself, libsql, and Litestream, which replicates a file and keeps two tables in it. */
const FOREIGN = /^(sqlite|libsql|_litestream)_/;

/** Lists the objects of a schema by name. Spaces, comments and quotes of a statement differ between versions of SQLite. */
export function schemaOf(sql: Sql): readonly SchemaObject[] {
  return sql
    .all('SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name')
    .map(row => ({ type: row.type as string, name: row.name as string, sql: oneSpelling(row.sql as string) }))
    .filter(({ name }) => !FOREIGN.test(name));
}

const oneSpelling = (statement: string): string =>
  statement
    .replace(/--[^\n]*/g, '')
    .replace(/"(\w+)"/g, '$1')
    .replace(/\s+/g, ' ')
    .replace(/ ?([(),]) ?/g, '$1')
    .trim();

export const schemaDigest = (objects: readonly SchemaObject[]): string =>
  createHash('sha256').update(JSON.stringify(objects)).digest('hex');

/**
 * Throws ERR_MANIFEST_SCHEMA when the schema is not that of the format. `steps`: the statements that make the format, in order.
 */
export async function requireSchema(sql: Sql, steps: readonly string[]): Promise<void> {
  const found = schemaOf(sql);
  if (schemaDigest(found) === SCHEMA_DIGESTS[steps.length - 1]) return;
  const expected = await schemaAfter(steps);
  const edits = compare(found, expected);
  if (edits.length > 0) throw failure('ERR_MANIFEST_SCHEMA', { path: sql.path, format: steps.length, edits });
}

/** Makes the schema in memory, with the same engine. */
export async function schemaAfter(steps: readonly string[]): Promise<readonly SchemaObject[]> {
  const sql = await openSqlite(':memory:', ':memory:', 0);
  try {
    for (const step of steps) sql.exec(step);
    return schemaOf(sql);
  } finally {
    sql.close();
  }
}

function compare(found: readonly SchemaObject[], expected: readonly SchemaObject[]): readonly SchemaEdit[] {
  const here = new Map(found.map(each => [each.name, each]));
  const there = new Map(expected.map(each => [each.name, each]));
  const names = [...new Set([...there.keys(), ...here.keys()])].sort();
  return names.flatMap((name): SchemaEdit[] => {
    const [was, is] = [there.get(name), here.get(name)];
    if (was === undefined) return [{ change: 'added', type: is!.type, name }];
    if (is === undefined) return [{ change: 'missing', type: was.type, name, statement: was.sql }];
    return was.sql === is.sql ? [] : [{ change: 'changed', type: was.type, name, statement: was.sql }];
  });
}
