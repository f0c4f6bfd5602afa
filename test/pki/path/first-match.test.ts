import { expect, test } from 'vitest';
import { firstMatchChain, type IssuerMatch } from '../../../src/pki/path/first-match.ts';
import { readPathCertificate, type PathCertificate } from '../../../src/pki/path/path-certificate.ts';
import { makeCa, makeLeaf } from '../../support/pki/path-pki.ts';

const read = ({ der }: { readonly der: Uint8Array }): PathCertificate => readPathCertificate(der);

const [oldKey, newKey] = [makeCa({ name: 'root' }), makeCa({ name: 'root' })];
const [oldRoot, newRoot] = [read(oldKey), read(newKey)];
const issuingKey = makeCa({ name: 'issuing', issuer: oldKey });
const issuing = read(issuingKey);
const cross = read(makeCa({ name: 'issuing', key: issuingKey, issuer: newKey }));
const leaf = read(makeLeaf({ name: 'leaf', issuer: issuingKey }));

const chain = (sent: readonly PathCertificate[], anchors: readonly PathCertificate[], match: IssuerMatch) => {
  const found = firstMatchChain(leaf, sent, anchors, match);
  return [...found.chain.slice(1), found.anchor];
};

test('prefers a matching anchor to a sent certificate', () => {
  expect(chain([issuing, cross], [issuing], 'key-identifier')).toEqual([issuing]);
});

test('takes the first matching certificate without backtracking', () => {
  expect(chain([issuing, cross], [newRoot], 'key-identifier')).toEqual([issuing, undefined]);
  expect(chain([cross, issuing], [newRoot], 'key-identifier')).toEqual([cross, newRoot]);
});

test('distinguishes two keys of one name only by key identifiers', () => {
  expect(chain([cross], [oldRoot, newRoot], 'key-identifier')).toEqual([cross, newRoot]);
  expect(chain([cross], [oldRoot, newRoot], 'name')).toEqual([cross, oldRoot]);
});

test('stops if no certificate matches, and at a loop', () => {
  expect(chain([], [oldRoot], 'key-identifier')).toEqual([undefined]);
  const loop = read(makeCa({ name: 'root', key: oldKey, issuer: oldKey }));
  expect(chain([issuing, loop], [], 'name')).toEqual([issuing, loop, undefined]);
});
