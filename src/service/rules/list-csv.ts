// Reads a CSV list of services into the same nodes that a YAML list gives.
// `list.ts` loads it for `issue --from`. `listed.ts` gives the values their meaning. It reports a fault with its line.
import { unknownField, type ServiceNodes } from './listed.ts';
import { CERTIFICATE_SHAPES, isCertificateKey, MANY, type CertificateKey } from './shape.ts';
import type { Place, YamlEntry, YamlNode } from '../../text/yaml/tree.ts';
import type { Report } from '../../text/yaml/value.ts';

const COLUMNS = Object.keys(CERTIFICATE_SHAPES);

interface CsvRecord {
  readonly cells: readonly string[];
  /** Line of its end, if a quoted cell contains line breaks. */
  readonly at: Place;
}

/** Reads CSV (RFC 4180) with a header row; semicolons or spaces separate several values of a cell. */
export async function readCsvServices(text: string, report: Report): Promise<ServiceNodes | undefined> {
  const records = text.includes('"') ? await readQuoted(text, report) : readUnquoted(text);
  const [header, ...rows] = (records ?? []).filter(({ cells }) => cells.some(cell => cell !== ''));
  if (records === undefined) return undefined;
  if (header === undefined) {
    report({ at: { line: 1 }, text: `the header row is missing: ${COLUMNS.join(',')}` });
    return undefined;
  }
  const columns = readHeader(header, report);
  return columns && { items: rows.flatMap(row => readRow(row, columns, report) ?? []) };
}

/** Reads CSV without quotes in less than 1 ms for a thousand lines; csv-parse needs 15 ms. */
function readUnquoted(text: string): readonly CsvRecord[] {
  return text.split(/\r?\n/).map((line, index) => ({
    cells: line.split(',').map(cell => cell.trim()),
    at: { line: index + 1 },
  }));
}

async function readQuoted(text: string, report: Report): Promise<readonly CsvRecord[] | undefined> {
  const { CsvError, parse } = await import('csv-parse/sync');
  try {
    const records = parse(text, {
      info: true,
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      trim: true,
    }) as unknown as readonly { readonly record: readonly string[]; readonly info: { readonly lines: number } }[];
    return records.map(({ record, info }) => ({ cells: record.map(cell => cell.trim()), at: { line: info.lines } }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error['lines'] === 'number' ? error['lines'] : 1;
    report({ at: { line }, text: `this is not CSV: ${FAULTS[error.code] ?? lowerFirst(error.message)}` });
    return undefined;
  }
}

/** Texts for the error codes of csv-parse. */
const FAULTS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote that opens on this line or above is never closed',
  CSV_INVALID_CLOSING_QUOTE: 'unexpected text between a closing quote and the next comma',
  INVALID_OPENING_QUOTE: 'unexpected quote in the middle of a cell',
};

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

function readHeader({ cells, at }: CsvRecord, report: Report): readonly CertificateKey[] | undefined {
  if (cells.length === 1 && cells[0]!.includes(';')) {
    report({ at, text: 'columns must be separated by commas, not semicolons' });
    return undefined;
  }
  const fields = cells.filter(isCertificateKey);
  for (const cell of cells) {
    if (!isCertificateKey(cell)) report({ at, text: unknownField('column', cell, COLUMNS) });
  }
  for (const field of new Set(fields.filter((field, index) => fields.indexOf(field) !== index))) {
    report({ at, text: `the column "${field}" occurs twice` });
  }
  if (fields.length < cells.length || new Set(fields).size < fields.length) return undefined;
  if (fields.includes('service')) return fields;
  report({ at, text: 'the column "service" is missing' });
  return undefined;
}

/** Reads a row as the map that YAML would give for it. */
function readRow({ cells, at }: CsvRecord, columns: readonly CertificateKey[], report: Report): YamlNode | undefined {
  if (cells.length !== columns.length) {
    report({ at, text: `the row has ${cells.length} cells, but the header has ${columns.length}` });
    return undefined;
  }
  const scalar = (value: string): YamlNode => ({ kind: 'scalar', at, value });
  const entries: YamlEntry[] = [];
  for (const [index, key] of columns.entries()) {
    const cell = cells[index]!;
    if (cell === '') continue;
    const several = MANY.has(key) ? cell.split(/[;\s]+/).filter(text => text !== '') : undefined;
    entries.push({ key, at, value: several ? { kind: 'list', at, items: several.map(scalar) } : scalar(cell) });
  }
  return { kind: 'map', at, entries };
}
