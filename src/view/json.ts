import { instantText } from '../time/instant-text.ts';
import { toHex } from '../pki/bytes.ts';
import { visible } from './visible.ts';

/** Version of all schemas. It grows when a key is renamed, is removed or changes its meaning; a new key does not change it. */
export const SCHEMA_VERSION = 2;

/** Formats a document; `kind` names its schema. Ends with a newline. */
export const formatJson = (kind: string, value: object): string =>
  `${JSON.stringify(document(kind, value), null, 2).split('\n').map(visible).join('\n')}\n`;

/** Formats a document on one line, for `-o jsonl`. */
export const formatJsonLine = (kind: string, value: object): string =>
  `${visible(JSON.stringify(document(kind, value)))}\n`;

const document = (kind: string, value: object) => ({
  schemaVersion: SCHEMA_VERSION,
  kind,
  ...(plainValue(value) as object),
});

export { instantText as formatInstant };

/** Converts values: times as RFC 3339, bytes as lower-case hex, bigints (CRL numbers exceed 2^53) as decimal strings; undefined is omitted. */
function plainValue(value: unknown): unknown {
  if (value instanceof Date) return instantText(value);
  if (value instanceof Uint8Array) return toHex(value);
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return value.map(plainValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plainValue(each)]));
}
