// Reads the bytes of a services file or list into services, or refuses it with every problem at once.
// `issue --from` and `apply` call it. It opens no file and no manifest; `list-yaml.ts` and `list-csv.ts` know the formats.
import { failure } from '../../errors/error.ts';
import { readServices, type ListedService, type ListPurpose, type ServiceNodes } from './listed.ts';
import { inOrder, problemLines, type Problem } from '../../text/yaml/tree.ts';
import type { Report } from '../../text/yaml/value.ts';

export const LIST_FORMATS = ['yaml', 'csv'] as const;
export type ListFormat = (typeof LIST_FORMATS)[number];

const MAX_BYTES = 64 * 1024 * 1024;
const EXTENSIONS: Readonly<Record<string, ListFormat>> = { yaml: 'yaml', yml: 'yaml', json: 'yaml', csv: 'csv' };

/** Finds the format for a file's extension; undefined for an unknown one and for `-`. JSON is YAML. */
export function listFormatOf(path: string): ListFormat | undefined {
  const extension = /\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(EXTENSIONS, extension) ? EXTENSIONS[extension] : undefined;
}

/** Origin and purpose of a list. */
export interface ListSource {
  /** Path as the user wrote it, for messages. */
  readonly path: string;
  /** Absolute directory that relative paths in the list refer to. */
  readonly directory: string;
  readonly format: ListFormat;
  readonly purpose: ListPurpose;
}

/**
 * Reads the services of a list, in its order; names are unique. Throws ERR_SERVICE_LIST with every problem and its place; then no
 * part of the list is used.
 */
export async function parseServiceList(bytes: Uint8Array, source: ListSource): Promise<readonly ListedService[]> {
  const problems: Problem[] = [];
  const report: Report = problem => void problems.push(problem);
  const { path, format, purpose, directory } = source;
  const nodes = await readNodes(bytes, format, report);
  const services = nodes === undefined ? [] : readServices(nodes, purpose, directory, report);
  if (problems.length > 0) {
    const what = purpose === 'certificates' ? 'list' : 'services file';
    throw failure('ERR_SERVICE_LIST', {
      what,
      path,
      problems: problemLines(path, problems),
      places: inOrder(problems),
    });
  }
  return services;
}

async function readNodes(bytes: Uint8Array, format: ListFormat, report: Report): Promise<ServiceNodes | undefined> {
  const text = decode(bytes, report);
  if (text === undefined) return undefined;
  if (format === 'csv') return (await import('./list-csv.ts')).readCsvServices(text, report);
  return (await import('./list-yaml.ts')).readYamlServices(text, report);
}

function decode(bytes: Uint8Array, report: Report): string | undefined {
  if (bytes.length > MAX_BYTES) {
    report({ at: { line: 1 }, text: `the file is larger than ${MAX_BYTES / 1024 / 1024} MiB` });
    return undefined;
  }
  try {
    // this removes a byte order mark, which spreadsheets write
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    report({ at: { line: 1 }, text: 'the file is not UTF-8' });
    return undefined;
  }
}
