import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { KEY_ALGORITHM_NAMES, type KeyAlgorithmName } from '../../src/pki/key/algorithm.ts';
import { describeWith, run } from '../support/programs.ts';
import { tempDirectory } from '../support/world/temp-directory.ts';
import { gnutlsVerifiesCrl } from './gnutls.ts';
import type { Job, Verdict } from './judge.ts';
import { opensslVerifiesCrl } from './openssl.ts';
import { authorityOf, crlOf, crlsOf, fileOf, foreignPeerOf, jobFor, makePki, peerOf, type Pki } from './pki.ts';
import { handshake, type Peer } from './tls.ts';
import { VERIFIERS } from './verifiers.ts';

const VERDICTS = {
  'api (svid) as server': 'accepted',
  'api (svid) as client': 'accepted',
  'web (server) as server': 'accepted',
  'web (server) as client': 'refused',
  'batch (client) as server': 'refused',
  'batch (client) as client': 'accepted',
  'stolen (revoked) as server': 'revoked',
  'stolen (revoked) as client': 'revoked',
  'api (foreign) as client': 'refused',
} as const;

type Question = keyof typeof VERDICTS;
const QUESTIONS = Object.keys(VERDICTS) as readonly Question[];
const REVOKED: readonly Question[] = ['stolen (revoked) as server', 'stolen (revoked) as client'];

/** One PKI for each algorithm, for the keys of CAs and services. */
let ours: Record<KeyAlgorithmName, Pki>;
let foreign: Pki;

beforeAll(async () => {
  const [theirs, ...made] = await Promise.all(['ecdsa-p256' as const, ...KEY_ALGORITHM_NAMES].map(makePki));
  foreign = theirs!;
  ours = Object.fromEntries(KEY_ALGORITHM_NAMES.map((algorithm, i) => [algorithm, made[i]!])) as typeof ours;
}, 180_000);

function jobOf(algorithm: KeyAlgorithmName, question: Question): Job {
  const [, service = '', kind, purpose] = /^(\w+) \((\w+)\) as (\w+)$/.exec(question) ?? [];
  const holder = kind === 'foreign' ? foreign : ours[algorithm];
  return jobFor(ours[algorithm], fileOf(holder, service, 'tls.crt'), purpose === 'server' ? 'server' : 'client');
}

for (const { title, programs, judge, revoked, reads, except = {} } of VERIFIERS) {
  describeWith(programs, title, () => {
    const algorithms = KEY_ALGORITHM_NAMES.filter(algorithm => except[algorithm] === undefined);
    let verdicts: readonly { readonly algorithm: string; readonly question: Question; readonly verdict: Verdict }[];

    // all jobs at once: a program that can take them starts only once
    beforeAll(async () => {
      const asked = algorithms.flatMap(algorithm => QUESTIONS.map(question => ({ algorithm, question })));
      const answers = await judge(asked.map(({ algorithm, question }) => jobOf(algorithm, question)));
      verdicts = answers.map((verdict, i) => ({ ...asked[i]!, verdict }));
    }, 180_000);

    const verdictsOn = (algorithm: KeyAlgorithmName) => verdicts.filter(verdict => verdict.algorithm === algorithm);

    test.for(KEY_ALGORITHM_NAMES)(
      'the verifier accepts valid certificates and rejects revoked and foreign ones: %s',
      (algorithm, context) => {
        context.skip(except[algorithm] !== undefined, except[algorithm]);
        const answers = verdictsOn(algorithm);
        const words = answers.map(({ question, verdict }) => `${question}: ${verdict.words}`).join('\n');
        const outcomes = answers.map(({ question, verdict }) => [question, verdict.outcome]);
        expect(Object.fromEntries(outcomes), words).toEqual(VERDICTS);
      },
    );

    test.for(algorithms)('the verifier reports that a certificate is revoked: %s', algorithm => {
      const said = verdictsOn(algorithm).filter(({ question }) => REVOKED.includes(question));
      for (const { verdict } of said) expect(verdict.words).toMatch(revoked);
    });

    if (reads !== undefined) {
      test('the verifier reads the SPIFFE ID, the names and the address', () => {
        const svids = verdicts.filter(({ question }) => question === 'api (svid) as server');
        for (const { verdict } of svids) expect(verdict.words).toBe(reads);
      });
    }
  });
}

for (const { title, programs, verifiesCrl } of [
  { title: 'openssl crl -verify', programs: ['openssl'], verifiesCrl: opensslVerifiesCrl },
  { title: 'certtool --verify-crl', programs: ['certtool'], verifiesCrl: gnutlsVerifiesCrl },
] as const) {
  describeWith(programs, title, () => {
    test.for(KEY_ALGORITHM_NAMES)(
      'the verifier accepts the CRL signatures of the root and the issuing CA: %s',
      async algorithm => {
        const pki = ours[algorithm];
        const signed = (crl: string, issuer: string) => verifiesCrl(crlOf(pki, crl), authorityOf(pki, issuer));
        expect(await signed('root-g1', 'root-g1')).toBe(true);
        expect(await signed('issuing-g1', 'issuing-g1')).toBe(true);
        expect(await signed('issuing-g1', 'root-g1')).toBe(false);
      },
    );
  });
}

describe('Node in live handshakes', () => {
  test.for(KEY_ALGORITHM_NAMES)(
    'Node accepts a valid peer and rejects revoked and foreign ones: %s',
    async algorithm => {
      const pki = ours[algorithm];
      const seenBy = async (client: Peer) => (await handshake(peerOf(pki, 'web'), client)).serverSaw;
      expect(await seenBy(peerOf(pki, 'api'))).toBe('spiffe://example.org/api');
      expect(await seenBy(peerOf(pki, 'batch'))).toBe('spiffe://example.org/batch');
      expect(await seenBy(peerOf(pki, 'stolen'))).toBe('CERT_REVOKED');
      expect(await seenBy(foreignPeerOf(pki, foreign, 'api'))).toBe('UNABLE_TO_GET_CRL');
    },
  );
});

describeWith(['keytool'], "Java's certificate tool", () => {
  test('keytool prints the certificates and CRLs of every algorithm', async () => {
    const directory = tempDirectory();
    const [certificates, crls] = [join(directory, 'certificates.pem'), join(directory, 'crls.pem')];
    const together = (paths: readonly string[]) => paths.map(path => readFileSync(path, 'utf8')).join('');
    writeFileSync(certificates, together(KEY_ALGORITHM_NAMES.map(name => fileOf(ours[name], 'api', 'tls.crt'))));
    writeFileSync(crls, together(KEY_ALGORITHM_NAMES.flatMap(name => crlsOf(ours[name]))));
    const printed = await run(['keytool', '-printcert', '-file', certificates]);
    const printedCrls = await run(['keytool', '-printcrl', '-file', crls]);
    const count = (text: string, pattern: RegExp) => text.match(pattern)?.length;
    expect(count(printed.stdout, /URIName: spiffe:\/\/example\.org\/api$/gm)).toBe(KEY_ALGORITHM_NAMES.length);
    expect(count(printedCrls.stdout, /^CRL Number:/gm), printedCrls.stdout).toBe(2 * KEY_ALGORITHM_NAMES.length);
    expect(count(printedCrls.stdout, /Reason Code: KEY_COMPROMISE/g)).toBe(KEY_ALGORITHM_NAMES.length);
  });
});
