import {
  isServiceField,
  SERVICE_FIELDS,
  unknownField,
  type ListedService,
  type ListedText,
  type ServiceField,
} from './listed-service.ts';
import type { Place } from './yaml-tree.ts';
import type { Report } from './yaml-value.ts';

interface CsvRecord {
  readonly cells: readonly string[];
  /** Of its end, where a quoted cell holds line breaks. */
  readonly at: Place;
}

/** RFC 4180 with a header row; several values of a cell are separated by semicolons or spaces. */
export async function readCsvServices(text: string, report: Report): Promise<readonly ListedService[] | undefined> {
  const records = text.includes('"') ? await readQuoted(text, report) : readUnquoted(text);
  const [header, ...rows] = (records ?? []).filter(({ cells }) => cells.some(cell => cell !== ''));
  if (records === undefined) return undefined;
  if (header === undefined) {
    report({ at: { line: 1 }, text: `a header row is wanted: ${Object.keys(SERVICE_FIELDS).join(',')}` });
    return undefined;
  }
  const columns = readHeader(header, report);
  return columns === undefined ? undefined : rows.flatMap(row => readRow(row, columns, report) ?? []);
}

/** Without a quote, commas and line ends are all there is: csv-parse needs 15 ms for a thousand lines and this less than one. */
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

/** csv-parse's codes in words. */
const FAULTS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote is opened here or above and never closed',
  CSV_INVALID_CLOSING_QUOTE: 'something stands between a closing quote and the next comma',
  INVALID_OPENING_QUOTE: 'a quote stands in the middle of a cell',
};

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

function readHeader({ cells, at }: CsvRecord, report: Report): readonly ServiceField[] | undefined {
  if (cells.length === 1 && cells[0]!.includes(';')) {
    report({ at, text: 'columns are separated by commas' });
    return undefined;
  }
  const fields = cells.filter(isServiceField);
  for (const cell of cells) {
    if (!isServiceField(cell)) report({ at, text: unknownField('column', cell) });
  }
  for (const field of new Set(fields.filter((field, index) => fields.indexOf(field) !== index))) {
    report({ at, text: `the column "${field}" is there twice` });
  }
  if (fields.length < cells.length || new Set(fields).size < fields.length) return undefined;
  if (fields.includes('service')) return fields;
  report({ at, text: 'the column "service" is missing' });
  return undefined;
}

function readRow(
  { cells, at }: CsvRecord,
  columns: readonly ServiceField[],
  report: Report,
): ListedService | undefined {
  if (cells.length !== columns.length) {
    report({ at, text: `the row has ${cells.length} cells and the header ${columns.length}` });
    return undefined;
  }
  const fields = new Map<ServiceField, readonly ListedText[]>();
  for (const [index, field] of columns.entries()) {
    const cell = cells[index]!;
    if (cell === '') continue;
    const texts = SERVICE_FIELDS[field] === 'many' ? cell.split(/[;\s]+/).filter(text => text !== '') : [cell];
    fields.set(
      field,
      texts.map(text => ({ text, at })),
    );
  }
  return { at, fields };
}
