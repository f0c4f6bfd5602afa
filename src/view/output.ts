import type { Sink } from '../world/world.ts';
import { formatJson, formatJsonLine } from './json.ts';

export type OutputFormat = 'table' | 'json' | 'jsonl';

/** One JSON object; `kind` names its schema, so that `value` may have no field of that name: it would hide it. */
interface JsonDocument {
  readonly kind: string;
  readonly value: object & { readonly kind?: never };
}

/** One answer in every form it can be asked for; only the one that is printed is made. */
export interface View {
  readonly table: () => string;
  readonly json: () => JsonDocument;
  readonly jsonl: () => Iterable<JsonDocument>;
}

export function print(out: Sink, format: OutputFormat, view: View): void {
  if (format === 'table') out.write(view.table());
  else if (format === 'json') out.write(inFull(view.json()));
  else for (const { kind, value } of view.jsonl()) out.write(formatJsonLine(kind, value));
}

const inFull = ({ kind, value }: JsonDocument): string => formatJson(kind, value);
