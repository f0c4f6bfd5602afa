import { DerError, DerReader } from '../der-reader.ts';
import { contextTag, sequence, TAG, tlv } from '../der-writer.ts';
import { decodeGeneralName, encodeGeneralName, type GeneralName } from './general-name.ts';

/** RFC 5280 §4.2.1.10; minimum is 0 and maximum absent, as the RFC demands. */
export interface NameConstraints {
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
}

export function encodeNameConstraints({ permitted, excluded }: NameConstraints): Uint8Array {
  const subtrees = (number: number, names: readonly GeneralName[]): Uint8Array[] =>
    names.length === 0 ? [] : [tlv(contextTag(number, true), ...names.map(name => sequence(encodeGeneralName(name))))];
  return sequence(...subtrees(0, permitted), ...subtrees(1, excluded));
}

export function decodeNameConstraints(value: Uint8Array): NameConstraints {
  const outer = new DerReader(value);
  const reader = outer.enter(TAG.sequence, 'nameConstraints');
  outer.finish('nameConstraints');
  const permitted = subtrees(reader.optional(contextTag(0, true), 'permittedSubtrees'));
  const excluded = subtrees(reader.optional(contextTag(1, true), 'excludedSubtrees'));
  reader.finish('nameConstraints');
  if (permitted === undefined && excluded === undefined) throw new DerError('nameConstraints is empty', 0);
  return { permitted: permitted ?? [], excluded: excluded ?? [] };
}

function subtrees(list: DerReader | undefined): readonly GeneralName[] | undefined {
  if (list === undefined) return undefined;
  const names: GeneralName[] = [];
  if (list.done) throw new DerError('a subtree list is empty', list.position);
  while (!list.done) {
    const subtree = list.enter(TAG.sequence, 'a subtree');
    names.push(decodeGeneralName(subtree, 'a subtree base'));
    if (!subtree.done) throw new DerError('a subtree has a minimum or maximum', subtree.position);
  }
  return names;
}
