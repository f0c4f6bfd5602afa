import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { describeWith, run } from '../support/programs.ts';
import { realNow } from '../support/real-clock.ts';
import { runSvcauth } from '../support/world/world.ts';
import { tempDirectory } from '../support/world/temp-directory.ts';
import type { Job } from './judge.ts';
import { crlOf, fileOf, initPki, jobFor, type Pki, svcauth } from './pki.ts';
import { VERIFIERS } from './verifiers.ts';

const OPENSSL_CONFIGURATION = `
[req]
distinguished_name = dn
string_mask = utf8only
utf8 = yes
prompt = no
x509_extensions = authority
[authority]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[dn]
C = DE
O = Bäckerei Müller
CN = Corporate Root
[ca]
default_ca = root
[root]
database = index
serial = serial
crlnumber = serial
new_certs_dir = .
private_key = root.key
certificate = root.crt
default_md = sha256
default_days = 400
default_crl_days = 90
policy = any
copy_extensions = copy
x509_extensions = signed
crl_extensions = crl
[any]
organizationName = optional
commonName = supplied
[signed]
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[policy]
basicConstraints = critical, CA:true, pathlen:1
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[crl]
authorityKeyIdentifier = keyid
`;

/** A root like that of a company's PKI team: RSA, with a name in UTF-8, used with `openssl ca`. */
async function makeRoot() {
  const cwd = tempDirectory();
  const openssl = async (...args: readonly string[]) => {
    const { status, stderr } = await run(['openssl', ...args], { cwd });
    if (status !== 0) throw new Error(`openssl ${args.join(' ')}: ${stderr}`);
  };
  writeFileSync(join(cwd, 'openssl.cnf'), OPENSSL_CONFIGURATION);
  writeFileSync(join(cwd, 'index'), '');
  writeFileSync(join(cwd, 'serial'), '01\n');
  const newKey = ['-newkey', 'rsa:2048', '-nodes', '-keyout', 'root.key'];
  await openssl('req', '-x509', '-config', 'openssl.cnf', '-days', '3650', ...newKey, '-out', 'root.crt');
  return { file: (name: string) => join(cwd, name), openssl };
}

type Root = Awaited<ReturnType<typeof makeRoot>>;

async function importRoot({ file }: Root): Promise<Pki> {
  return initPki('--key-protection', 'none', '--import-root', file('root.crt'), '--import-key', file('root.key'));
}

async function askRoot({ file, openssl }: Root): Promise<Pki> {
  const pki = await initPki('--key-protection', 'none', '--csr-only');
  const request = join(pki.home, 'authorities', 'issuing-g1', 'ca.csr');
  const configuration = ['-config', file('openssl.cnf')];
  await openssl('ca', ...configuration, '-batch', '-notext', '-in', request, '-out', 'issuing.crt');
  await openssl('ca', ...configuration, '-gencrl', '-out', 'root.crl');
  // certificates that OpenSSL signed begin at the machine's clock, which has advanced
  pki.world.now = realNow();
  await svcauth(pki, 'ca', 'install-cert', file('issuing.crt'), '--chain', file('root.crt'));
  return pki;
}

async function issueAndRevoke(pki: Pki): Promise<void> {
  await svcauth(pki, 'issue', 'api', '--dns', 'api.example.org');
  await svcauth(pki, 'issue', 'stolen');
  await svcauth(pki, 'revoke', 'stolen', '--reason', 'keyCompromise');
}

describeWith(['openssl'], 'a root created with OpenSSL', () => {
  let imported: Pki;
  let asked: Pki;
  let root: Root;

  beforeAll(async () => {
    root = await makeRoot();
    imported = await importRoot(root);
    asked = await askRoot(root);
    await issueAndRevoke(imported);
    await issueAndRevoke(asked);
  });

  /** Publishes the root's CRL, as the holder of the root must. */
  function withCrlOfRoot(job: Job): Job {
    const crls = [root.file('root.crl'), crlOf(asked, 'issuing-g1')];
    const crlBundle = join(tempDirectory(), 'crls.pem');
    writeFileSync(crlBundle, crls.map(crl => readFileSync(crl, 'utf8')).join(''));
    return { ...job, crls, crlBundle };
  }

  for (const { title, programs, judge } of VERIFIERS) {
    describeWith(programs, title, () => {
      test('the verifier accepts valid and rejects revoked certificates below an imported or external root', async () => {
        const services = ['api', 'stolen'];
        const verdicts = await judge([
          ...services.map(service => jobFor(imported, fileOf(imported, service, 'tls.crt'), 'client')),
          ...services.map(service => withCrlOfRoot(jobFor(asked, fileOf(asked, service, 'tls.crt'), 'client'))),
        ]);
        const words = verdicts.map(verdict => verdict.words).join('\n');
        expect(
          verdicts.map(({ outcome }) => outcome),
          words,
        ).toEqual(['accepted', 'revoked', 'accepted', 'revoked']);
      });
    });
  }
});

/** Makes a policy CA below the root, in a directory of its own. */
async function makePolicy(root: Root): Promise<Root> {
  const cwd = tempDirectory();
  const openssl = async (...args: readonly string[]) => {
    const { status, stderr } = await run(['openssl', ...args], { cwd });
    if (status !== 0) throw new Error(`openssl ${args.join(' ')}: ${stderr}`);
  };
  const file = (name: string) => join(cwd, name);
  writeFileSync(file('openssl.cnf'), OPENSSL_CONFIGURATION.replace('CN = Corporate Root', 'CN = Policy CA'));
  writeFileSync(file('index'), '');
  writeFileSync(file('index.attr'), 'unique_subject = no\n');
  writeFileSync(file('serial'), '01\n');
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'root.key'];
  await openssl('req', '-new', '-config', 'openssl.cnf', ...key, '-out', 'policy.csr');
  const asPolicy = ['-batch', '-notext', '-extensions', 'policy', '-days', '1800'];
  const to = ['-in', file('policy.csr'), '-out', file('root.crt')];
  await root.openssl('ca', '-config', root.file('openssl.cnf'), ...asPolicy, ...to);
  await root.openssl('ca', '-config', root.file('openssl.cnf'), '-gencrl', '-out', 'root.crl');
  await openssl('ca', '-config', 'openssl.cnf', '-gencrl', '-out', 'root.crl');
  return { file, openssl };
}

describeWith(['openssl'], 'an issuing CA below a policy CA', () => {
  let pki: Pki;
  let policy: Root;
  const certify = async (id: string, name: string, days: number): Promise<void> => {
    const request = join(pki.home, 'authorities', id, 'ca.csr');
    const dates = ['-days', String(days), '-in', request, '-out', name];
    await policy.openssl('ca', '-config', 'openssl.cnf', '-batch', '-notext', ...dates);
    pki.world.now = realNow();
  };

  beforeAll(async () => {
    const root = await makeRoot();
    policy = await makePolicy(root);
    pki = await initPki('--key-protection', 'none', '--csr-only');
    await certify('issuing-g1', 'issuing.crt', 400);
    const chain = join(pki.world.cwd, 'chain.pem');
    writeFileSync(chain, [root, policy].map(({ file }) => readFileSync(file('root.crt'), 'utf8')).join(''));
    await svcauth(pki, 'ca', 'install-cert', policy.file('issuing.crt'), '--chain', chain);
    for (const { file } of [root, policy]) await svcauth(pki, 'crl', 'import', file('root.crl'));
    await issueAndRevoke(pki);
  });

  const judged = async (judge: (typeof VERIFIERS)[number]['judge'], services: readonly string[]) => {
    const verdicts = await judge(services.map(service => jobFor(pki, fileOf(pki, service, 'tls.crt'), 'client')));
    return verdicts.map(({ outcome, words }) => (outcome === 'accepted' || outcome === 'revoked' ? outcome : words));
  };

  for (const { title, programs, judge } of VERIFIERS) {
    describeWith(programs, title, () => {
      test('the verifier accepts valid and rejects revoked certificates below a policy CA', async () => {
        expect(await judged(judge, ['api', 'stolen'])).toEqual(['accepted', 'revoked']);
      });
    });
  }

  test('every CRL and every certificate verifies from the published files', async () => {
    await svcauth(pki, 'crl', 'verify');
    const { stdout } = await runSvcauth(pki.world, ['--home', pki.home, 'check', '-o', 'json']);
    const { findings } = JSON.parse(stdout) as { findings: readonly { name: string; service?: string }[] };
    expect(findings.map(({ name, service }) => `${name} ${service}`)).toEqual(['certificate-revoked stolen']);
  });

  test('its successor waits for a certificate of the policy CA, and issues after its rotation', async () => {
    const printed = await svcauth(pki, 'ca', 'rotate', 'prepare', '--tier', 'issuing', '--soak', '1m');
    expect(printed).toMatch(/^requested +issuing-g2, the successor of issuing-g1\n/);
    await certify('issuing-g2', 'short.crt', 60);
    await expect(svcauth(pki, 'ca', 'install-cert', policy.file('short.crt'))).rejects.toThrow('ERR_CERT_TOO_SHORT');
    await certify('issuing-g2', 'second.crt', 390);
    await svcauth(pki, 'ca', 'install-cert', policy.file('second.crt'));
    await svcauth(pki, 'ca', 'rotate', 'publish', '--tier', 'issuing');
    pki.world.now = new Date(pki.world.now.getTime() + 60_000);
    await svcauth(pki, 'ca', 'rotate', 'activate', '--tier', 'issuing');
    pki.world.now = realNow();
    await svcauth(pki, 'issue', 'newcomer');
    for (const { judge } of VERIFIERS.filter(({ title }) => /openssl|gnutls/i.test(title))) {
      expect(await judged(judge, ['api', 'stolen', 'newcomer'])).toEqual(['accepted', 'revoked', 'accepted']);
    }
    await svcauth(pki, 'crl', 'verify');
  });

  test('a longer certificate for a known key needs no chain, and is served with the certificates of services', async () => {
    await certify('issuing-g2', 'longer.crt', 500);
    // verifiers whose clocks are a minute behind accept it then
    pki.world.now = new Date(pki.world.now.getTime() + 120_000);
    const printed = await svcauth(pki, 'ca', 'install-cert', policy.file('longer.crt'));
    expect(printed).toMatch(/^installed +issuing-g2\nexpires .*\npreviously /);
    expect(readFileSync(fileOf(pki, 'newcomer', 'chain.pem'), 'utf8')).toBe(
      ['longer.crt', 'root.crt'].map(name => readFileSync(policy.file(name), 'utf8')).join(''),
    );
    const [openssl] = VERIFIERS;
    expect(await judged(openssl!.judge, ['api', 'stolen', 'newcomer'])).toEqual(['accepted', 'revoked', 'accepted']);
  });
});

describeWith(['openssl'], 'a key created with OpenSSL', () => {
  test('a key created with OpenSSL gets a certificate from a request or from its file', async () => {
    const directory = tempDirectory();
    const [key, request] = [join(directory, 'key.pem'), join(directory, 'request.pem')];
    await run(['openssl', 'genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384', '-out', key]);
    await run(['openssl', 'req', '-new', '-key', key, '-subj', '/CN=from-request', '-out', request]);
    const publicKey = await run(['openssl', 'pkey', '-in', key, '-pubout']);
    const pki = await initPki('--key-protection', 'none');
    await svcauth(pki, 'issue', 'from-request', '--csr', request);
    await svcauth(pki, 'issue', 'from-key', '--key', key);
    for (const service of ['from-request', 'from-key']) {
      const certificate = fileOf(pki, service, 'tls.crt');
      const certified = await run(['openssl', 'x509', '-in', certificate, '-noout', '-pubkey']);
      expect(certified.stdout, service).toBe(publicKey.stdout);
    }
  });
});
