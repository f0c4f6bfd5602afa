import { test } from 'vitest';
import { SvcauthError } from '../../../src/errors/error.ts';
import { utf8 } from '../../../src/pki/bytes.ts';
import { reportBytes } from '../../../src/pki/report/report.ts';
import { describeCorpus } from '../../support/vectors.ts';

const now = new Date('2026-11-21T00:00:00Z');

const CORPORA = [
  'asn1',
  'boringssl-parse-tests',
  'crl',
  'gnutls-cert-tests',
  'key-pkcs8-pkcs12-pem',
  'ocsp',
  'openssl-test-certs',
  'pyca-vectors',
  'x509-cert',
];

for (const corpus of CORPORA) {
  describeCorpus(`corpora/${corpus}.jsonl`, 'inspecting files of a fuzzer', items => {
    test.each([
      ['without a passphrase', undefined],
      ['with a passphrase', async () => utf8('password')],
    ])('ends in a report or a catalogue error, %s', { timeout: 120_000 }, async (_, passphrase) => {
      for (const { name, bytes } of items) {
        await reportBytes(bytes, { what: name, now, passphrase }).catch((error: unknown) => {
          if (!(error instanceof SvcauthError)) throw new Error(`${name} ended in ${String(error)}`, { cause: error });
        });
      }
    });
  });
}
