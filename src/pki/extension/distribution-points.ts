import { DerReader, type Tolerance } from '../der/reader.ts';
import { contextTag, sequence, TAG, tlv } from '../der/writer.ts';
import { decodeGeneralName, encodeGeneralName } from './general-name.ts';

/** The fullName URIs of cRLDistributionPoints (RFC 5280 §4.2.1.13). `other` counts points and names of other forms. */
export interface DistributionPoints {
  readonly uris: readonly string[];
  readonly other: number;
  /** The number of points with neither a location nor an issuer, which §4.2.1.13 forbids; `other` counts them too. */
  readonly nowhere: number;
}

/** Encodes one distribution point with one fullName URI. */
export function encodeDistributionPoint(uri: string): Uint8Array {
  const fullName = tlv(contextTag(0, true), encodeGeneralName({ type: 'uri', value: uri }));
  return sequence(sequence(tlv(contextTag(0, true), fullName)));
}

export function decodeDistributionPoints(value: Uint8Array, tolerance?: Tolerance): DistributionPoints {
  const outer = new DerReader(value, 0, value.length, tolerance);
  const reader = outer.enter(TAG.sequence, 'cRLDistributionPoints');
  outer.finish('cRLDistributionPoints');
  const uris: string[] = [];
  let other = 0;
  let nowhere = 0;
  while (!reader.done) {
    const point = reader.enter(TAG.sequence, 'a distribution point');
    const place = point.optional(contextTag(0, true), 'distributionPoint');
    const fullName = place?.optional(contextTag(0, true), 'fullName');
    if (place === undefined && !namesIssuer(point)) nowhere++;
    const plain = point.done && fullName !== undefined;
    if (!plain || fullName === undefined) {
      other++;
      continue;
    }
    while (!fullName.done) {
      const name = decodeGeneralName(fullName, 'a distribution point name');
      if (name.type === 'uri') uris.push(name.value);
      else other++;
    }
  }
  return { uris, other, nowhere };
}

/** Skips the reasons and decides that a cRLIssuer follows. */
function namesIssuer(point: DerReader): boolean {
  point.optional(contextTag(1, false), 'reasons');
  return point.peek() === contextTag(2, true);
}
