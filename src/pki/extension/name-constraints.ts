import { DerReader, type Tolerance } from '../der/reader.ts';
import { contextTag, sequence, TAG, tlv } from '../der/writer.ts';
import { decodeGeneralName, encodeGeneralName, type GeneralName } from './general-name.ts';

/** The value of nameConstraints (RFC 5280 §4.2.1.10). minimum is 0 and maximum absent, as the RFC requires. */
export interface NameConstraints {
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
}

const CLAUSE = 'RFC 5280 §4.2.1.10';

export function encodeNameConstraints({ permitted, excluded }: NameConstraints): Uint8Array {
  const subtrees = (number: number, names: readonly GeneralName[]): Uint8Array[] =>
    names.length === 0 ? [] : [tlv(contextTag(number, true), ...names.map(name => sequence(encodeGeneralName(name))))];
  return sequence(...subtrees(0, permitted), ...subtrees(1, excluded));
}

export function decodeNameConstraints(value: Uint8Array, tolerance?: Tolerance): NameConstraints {
  const outer = new DerReader(value, 0, value.length, tolerance);
  const reader = outer.enter(TAG.sequence, 'nameConstraints');
  outer.finish('nameConstraints');
  const permitted = subtrees(reader.optional(contextTag(0, true), 'permittedSubtrees'));
  const excluded = subtrees(reader.optional(contextTag(1, true), 'excludedSubtrees'));
  reader.finish('nameConstraints');
  if (permitted === undefined && excluded === undefined) reader.fault('nameConstraints is empty', 0, CLAUSE);
  return { permitted: permitted ?? [], excluded: excluded ?? [] };
}

function subtrees(list: DerReader | undefined): readonly GeneralName[] | undefined {
  if (list === undefined) return undefined;
  const names: GeneralName[] = [];
  if (list.done) list.fault('a subtree list is empty', list.position, CLAUSE);
  while (!list.done) {
    const subtree = list.enter(TAG.sequence, 'a subtree');
    names.push(decodeGeneralName(subtree, 'a subtree base'));
    if (!subtree.done) subtree.fault('a subtree has a minimum or maximum', subtree.position, CLAUSE);
  }
  return names;
}
