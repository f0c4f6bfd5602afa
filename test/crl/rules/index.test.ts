import { expect, test } from 'vitest';
import { encodeCrlIndex, indexedDigests, indexedLines } from '../../../src/crl/rules/index.ts';
import { schemaFault } from '../../support/documents.ts';

const CRL = {
  authorityId: 'issuing-g1',
  number: 1_795_219_200n,
  thisUpdate: new Date('2026-11-20T23:59:00Z'),
  nextUpdate: new Date('2026-12-05T00:00:00Z'),
  entryCount: 3,
  sha256: 'ab'.repeat(32),
  issuer: 'CN=example.org Issuing g1,O=example.org',
  keyId: 'cd'.repeat(20),
};
const TEXT = encodeCrlIndex([CRL]);

/** The index as svcauth wrote it before schema version 2. */
const EARLIER = JSON.stringify({
  schemaVersion: 1,
  kind: 'crl-index',
  bundle: 'crl-bundle.pem',
  crls: [
    {
      authority: 'issuing-g1',
      issuer: CRL.issuer,
      keyId: CRL.keyId,
      number: '1795219200',
      thisUpdate: '2026-11-20T23:59:00Z',
      nextUpdate: '2026-12-05T00:00:00Z',
      entries: 3,
      sha256: CRL.sha256,
      der: 'crl/issuing-g1.der',
      pem: 'crl/issuing-g1.pem',
    },
  ],
});

test('the index fits its schema', async () => {
  expect(await schemaFault('crl-index', JSON.parse(TEXT))).toBeUndefined();
});

test('an index of schema version 1 is read like one of version 2', () => {
  expect(indexedDigests(TEXT)).toEqual(new Map([['issuing-g1', CRL.sha256]]));
  expect(indexedDigests(EARLIER)).toEqual(indexedDigests(TEXT));
  expect(indexedLines(EARLIER)).toEqual(indexedLines(TEXT));
});

test('an index line with another fact differs', () => {
  expect(indexedLines(encodeCrlIndex([{ ...CRL, entryCount: 4 }]))).not.toEqual(indexedLines(TEXT));
});

test.each(['', '{', '[]', '{"crls":{}}', '{"crls":[null,1,{"ca":1}]}', undefined])('the text %j lists no CRL', text => {
  expect(indexedDigests(text)).toEqual(new Map());
});
