/** Writes lines whose first two words are aligned. */
export function formatColumns(rows: readonly (readonly [string, string, string])[]): string {
  const [verb, name] = [0, 1].map(column => rows.reduce((most, row) => Math.max(most, row[column]!.length), 0));
  return rows.map(row => `${row[0].padEnd(verb!)}  ${row[1].padEnd(name!)}  ${row[2]}\n`).join('');
}
