// Stores the content that each run of publishing found and left in a directory. The next run replaces the row of a directory.
// The manifest and its writer call it. The content is canonical JSON, because nothing searches it.
import type { Publication, PublishedCrlRecord } from '../../../record/publication.ts';
import { canonicalJson, optionalDate, toDate, toSeconds } from '../rows.ts';
import { insertRows, type Sql, type SqlRow } from '../sqlite.ts';

/** Lists the records by directory. */
export const publications = (sql: Sql): Publication[] =>
  sql.all('SELECT * FROM publications ORDER BY directory').map(toPublication);

/** Stores the record of a directory; a later one replaces it. */
export function putPublication(sql: Sql, { directory, triedAt, succeededAt, problem, held }: Publication): void {
  const columns = [
    'directory',
    'tried_at',
    'succeeded_at',
    'problem_code',
    'problem',
    'failing_since',
    'bundle_sequence',
    'anchors',
    'crls',
  ];
  const update = columns.map(column => `${column} = excluded.${column}`).join(', ');
  insertRows(
    sql,
    'publications',
    columns,
    [
      [
        directory,
        toSeconds(triedAt),
        succeededAt === undefined ? null : toSeconds(succeededAt),
        problem?.code ?? null,
        // some of SQLite's functions end a text at a NUL
        problem?.text.replaceAll('\0', '\ufffd') ?? null,
        problem === undefined ? null : toSeconds(problem.since),
        held.bundleSequence ?? null,
        canonicalJson(Object.fromEntries([...held.anchors].map(([sha256, since]) => [sha256, toSeconds(since)]))),
        canonicalJson(
          Object.fromEntries([...held.crls].map(([ca, { number, since }]) => [ca, [String(number), toSeconds(since)]])),
        ),
      ],
    ],
    `ON CONFLICT (directory) DO UPDATE SET ${update}`,
  );
}

export const removePublication = (sql: Sql, directory: string): number =>
  sql.run('DELETE FROM publications WHERE directory = ?', directory);

const toPublication = (row: SqlRow): Publication => ({
  directory: row.directory as string,
  triedAt: toDate(row.tried_at),
  ...optionalDate('succeededAt', row.succeeded_at),
  ...(row.problem_code !== null && {
    problem: {
      code: row.problem_code as string,
      text: row.problem as string,
      since: toDate(row.failing_since),
    },
  }),
  held: {
    ...(row.bundle_sequence !== null && { bundleSequence: Number(row.bundle_sequence) }),
    anchors: new Map(entriesOf<number>(row.anchors).map(([sha256, since]) => [sha256, toDate(since)])),
    crls: new Map(
      entriesOf<readonly [number: string, since: number]>(row.crls).map(
        ([ca, [number, since]]): [string, PublishedCrlRecord] => [ca, { number: BigInt(number), since: toDate(since) }],
      ),
    ),
  },
});

const entriesOf = <T>(json: SqlRow[string] | undefined): [string, T][] =>
  Object.entries(JSON.parse(json as string) as Record<string, T>);
