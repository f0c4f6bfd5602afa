import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { describeWith, run } from '../support/programs.ts';
import { tempDirectory } from '../support/world/temp-directory.ts';
import { runSvcauth } from '../support/world/world.ts';
import { authorityOf, initPki, jobFor, type Pki } from './pki.ts';
import { VERIFIERS } from './verifiers.ts';

let pki: Pki;

beforeAll(async () => {
  const constraints = ['--permit-dns', 'example.org', '--exclude-dns', 'secret.example.org'];
  pki = await initPki('--key-protection', 'none', ...constraints);
});

describe('a CA with name constraints', () => {
  test.for([
    ['localhost', 'ERR_CONSTRAINED'],
    ['api.secret.example.org', 'ERR_CONSTRAINED'],
    ['api.example.com', 'ERR_POLICY_REFUSED'],
  ] as const)('the excluded name %s is not signed', async ([name, code]) => {
    const { status, stderr } = await runSvcauth(pki.world, ['--home', pki.home, 'issue', 'api', '--dns', name]);
    expect(status).toBe(7);
    expect(stderr).toContain(code);
    expect(existsSync(join(pki.home, 'services', 'api'))).toBe(false);
  });
});

/** Makes a chain whose leaf OpenSSL signs with the key of our issuing CA, as a thief would. */
async function signAsThief(name: string): Promise<string> {
  const directory = tempDirectory();
  const file = (role: string) => join(directory, role);
  const issuer = authorityOf(pki, 'issuing-g1');
  const extensions = [
    'keyUsage = critical, digitalSignature',
    'extendedKeyUsage = serverAuth',
    `subjectAltName = DNS:${name}`,
    'subjectKeyIdentifier = hash',
    'authorityKeyIdentifier = keyid',
  ];
  writeFileSync(file('extensions'), extensions.join('\n'));
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', file('key')];
  await run(['openssl', 'req', '-new', ...newKey, '-subj', '/CN=api', '-out', file('request')]);
  const stolen = ['-CA', issuer, '-CAkey', issuer.replace(/crt$/, 'key'), '-extfile', file('extensions')];
  await run(['openssl', 'x509', '-req', ...stolen, '-in', file('request'), '-out', file('leaf')]);
  writeFileSync(file('chain'), readFileSync(file('leaf'), 'utf8') + readFileSync(issuer, 'utf8'));
  return file('chain');
}

describeWith(['openssl'], 'a stolen key of the issuing CA', () => {
  let chains: readonly string[];

  beforeAll(async () => {
    chains = await Promise.all(['api.example.org', 'api.secret.example.org', 'api.example.com'].map(signAsThief));
  });

  for (const { title, programs, judge } of VERIFIERS) {
    describeWith(programs, title, () => {
      test('the verifier rejects a name outside the constraints of a stolen CA', async () => {
        const verdicts = await judge(chains.map(chain => jobFor(pki, chain, 'server')));
        const words = verdicts.map(verdict => verdict.words).join('\n');
        expect(
          verdicts.map(({ outcome }) => outcome),
          words,
        ).toEqual(['accepted', 'refused', 'refused']);
      });
    });
  }
});
