import { DerReader, type Tolerance } from '../der/reader.ts';
import { DER_TRUE, integer, sequence, TAG } from '../der/writer.ts';

/** The value of basicConstraints (RFC 5280 §4.2.1.9). */
export interface BasicConstraints {
  readonly ca: boolean;
  /** The number of intermediate CAs that may follow; absent if there is no limit. */
  readonly pathLength?: number;
}

export function encodeBasicConstraints({ ca, pathLength }: BasicConstraints): Uint8Array {
  if (!ca) return sequence();
  return pathLength === undefined ? sequence(DER_TRUE) : sequence(DER_TRUE, integer(pathLength));
}

export function decodeBasicConstraints(value: Uint8Array, tolerance?: Tolerance): BasicConstraints {
  const outer = new DerReader(value, 0, value.length, tolerance);
  const reader = outer.enter(TAG.sequence, 'basicConstraints');
  outer.finish('basicConstraints');
  let ca = false;
  if (reader.peek() === TAG.boolean) {
    ca = reader.boolean('cA');
    if (!ca) reader.fault('the default cA FALSE is encoded (not DER)', 0, 'X.690 §11.5');
  }
  const pathLength = reader.peek() === TAG.integer ? reader.smallInteger('pathLenConstraint') : undefined;
  reader.finish('basicConstraints');
  return pathLength === undefined ? { ca } : { ca, pathLength };
}
