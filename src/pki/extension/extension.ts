import type { DerReader } from '../der/reader.ts';
import { DER_TRUE, octetString, oid, sequence, TAG } from '../der/writer.ts';

/** One extension of a certificate, CRL, CRL entry or request. `value` is the content of extnValue. */
export interface Extension {
  /** Dotted decimal. */
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Uint8Array;
}

/** Encodes an extension. `critical` is DEFAULT FALSE, so it is omitted if false (RFC 5280 §4.1, X.690 §11.5). */
export function encodeExtension(type: string, critical: boolean, value: Uint8Array): Uint8Array {
  return critical ? sequence(oid(type), DER_TRUE, octetString(value)) : sequence(oid(type), octetString(value));
}

/** Reads an Extensions sequence. It refuses a repeated extension (RFC 5280 §4.2) and an empty sequence. */
export function decodeExtensions(reader: DerReader, what: string): readonly Extension[] {
  const list = reader.enter(TAG.sequence, what);
  const extensions: Extension[] = [];
  if (list.done) list.fault(`${what} is an empty sequence`, list.position, 'RFC 5280 §4.1');
  while (!list.done) {
    const at = list.position;
    const item = list.enter(TAG.sequence, 'an extension');
    const type = item.oid('an extension type');
    let critical = false;
    if (item.peek() === TAG.boolean) {
      critical = item.boolean('critical');
      if (!critical) item.fault('the default critical FALSE is encoded (not DER)', at, 'X.690 §11.5');
    }
    const value = item.content(TAG.octetString, 'an extension value');
    item.finish('an extension');
    for (const other of extensions) {
      if (other.oid === type) item.fault(`extension ${type} occurs twice`, at, 'RFC 5280 §4.2');
    }
    extensions.push({ oid: type, critical, value });
  }
  return extensions;
}

export function findExtension(extensions: readonly Extension[], type: string): Extension | undefined {
  for (const extension of extensions) if (extension.oid === type) return extension;
  return undefined;
}
