import { DerReader, type Tolerance } from '../der/reader.ts';
import { TAG } from '../der/writer.ts';
import { decodeGeneralName, type GeneralName } from './general-name.ts';

/** One element of authorityInfoAccess (RFC 5280 §4.2.2.1). */
export interface AccessDescription {
  /** Dotted decimal. */
  readonly method: string;
  readonly location: GeneralName;
}

export function decodeAuthorityInfoAccess(value: Uint8Array, tolerance?: Tolerance): readonly AccessDescription[] {
  const outer = new DerReader(value, 0, value.length, tolerance);
  const reader = outer.enter(TAG.sequence, 'authorityInfoAccess');
  outer.finish('authorityInfoAccess');
  const descriptions: AccessDescription[] = [];
  while (!reader.done) {
    const description = reader.enter(TAG.sequence, 'an access description');
    const method = description.oid('an access method');
    const location = decodeGeneralName(description, 'an access location');
    description.finish('an access description');
    descriptions.push({ method, location });
  }
  if (descriptions.length === 0) reader.fault('authorityInfoAccess is empty', 0, 'RFC 5280 §4.2.2.1');
  return descriptions;
}
