// Prints reports of files from test suites and fuzzers as JSON: they contain what `inspect` meets nowhere else in the tests.
import { expect, test } from 'vitest';
import { SvcauthError } from '../../../src/errors/error.ts';
import { inspectView } from '../../../src/lookup/view/inspect.ts';
import { utf8 } from '../../../src/pki/bytes.ts';
import { reportBytes } from '../../../src/pki/report/report.ts';
import { formatJson } from '../../../src/view/json.ts';
import { schemaFault } from '../../support/documents.ts';
import { describeCorpus } from '../../support/vectors.ts';

const now = new Date('2026-11-21T00:00:00Z');
const passphrase = async () => utf8('password');

for (const corpus of ['gnutls-cert-tests', 'key-pkcs8-pkcs12-pem', 'pyca-vectors']) {
  describeCorpus(`corpora/${corpus}.jsonl`, 'inspecting files of other programs', items => {
    test('inspect prints documents that fit their schemas', { timeout: 120_000 }, async () => {
      for (const { name, bytes } of items) {
        const contents = await reportBytes(bytes, { what: name, now, passphrase }).catch(catalogueError);
        const { json, jsonl } = inspectView([{ file: name, contents }], now);
        for (const { kind, value } of [json(), ...jsonl()]) {
          expect(await schemaFault(kind, JSON.parse(formatJson(kind, value)))).toBeUndefined();
        }
      }
    });
  });
}

function catalogueError(error: unknown): [] {
  if (error instanceof SvcauthError) return [];
  throw error;
}
