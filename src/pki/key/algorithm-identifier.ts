import type { DerReader } from '../der/reader.ts';
import { TAG } from '../der/writer.ts';

/** AlgorithmIdentifier (RFC 5280 §4.1.1.2). */
export interface AlgorithmIdentifier {
  /** Dotted decimal. */
  readonly oid: string;
  /** The encoded parameters; undefined when absent. */
  readonly parameters: Uint8Array | undefined;
  /** The whole element. */
  readonly der: Uint8Array;
}

export function decodeAlgorithmIdentifier(reader: DerReader, what: string): AlgorithmIdentifier {
  const inner = reader.enter(TAG.sequence, what);
  const oid = inner.oid(what);
  const parameters = inner.done ? undefined : inner.any(`${what} parameters`);
  inner.finish(what);
  return { oid, parameters, der: inner.element };
}
