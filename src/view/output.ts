import type { Sink } from '../world/world.ts';
import type { DocumentSchema } from './document-schema.ts';
import { formatJson, formatJsonLine } from './json.ts';

export type OutputFormat = 'table' | 'json' | 'jsonl';

/** Kind and value of a document, typed by its schema. */
export type DocumentOf<Schema extends DocumentSchema> =
  Schema extends DocumentSchema<infer Kind, infer Value> ? { readonly kind: Kind; readonly value: Value } : never;

/**
 * The output of a command in every format; only the requested format is made. `Whole` is the type of the schema of
 * `-o json`, `Line` of the lines of `-o jsonl`, which may be of several schemas (`typeof CA | typeof SERVICE`).
 */
export interface View<Whole extends DocumentSchema, Line extends DocumentSchema = Whole> {
  readonly table: () => string;
  readonly json: () => DocumentOf<Whole>;
  readonly jsonl: () => Iterable<DocumentOf<Line>>;
}

export function print(out: Sink, format: OutputFormat, view: View<DocumentSchema>): void {
  if (format === 'table') out.write(view.table());
  else if (format === 'json') out.write(inFull(view.json()));
  else for (const { kind, value } of view.jsonl()) out.write(formatJsonLine(kind, value));
}

const inFull = ({ kind, value }: DocumentOf<DocumentSchema>): string => formatJson(kind, value);
