import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { createCaCsr } from '../../../src/pki/csr/ca-csr.ts';
import { utf8 } from '../../../src/pki/bytes.ts';
import { KEY_ALGORITHMS } from '../../../src/pki/key/algorithm.ts';
import { encryptPrivateKey } from '../../../src/pki/key/encryption.ts';
import { encodeName } from '../../../src/pki/name/name.ts';
import { PBES2_RANDOM_LENGTH } from '../../../src/pki/key/pbes2.ts';
import { encodePem } from '../../../src/pki/pem.ts';
import { signerOf } from '../../../src/pki/key/signature.ts';
import { pkiTemplate, type PkiWorld } from '../../support/pki/pki.ts';
import { servedSerial } from '../../support/service-state.ts';
import { treeDigest } from '../../support/world/tree-digest.ts';
import { runSvcauth, START } from '../../support/world/world.ts';

const DAY = 86_400_000;

/** `payments` has a certificate; `manifest.db` is in its final form. */
let fresh: () => PkiWorld;
beforeAll(async () => {
  fresh = await pkiTemplate([], [['issue', 'payments', '--dns', 'payments.example.org']]);
});

const served = (world: PkiWorld, service = 'payments') => servedSerial(world.home.service(service));
const put = (world: PkiWorld, name: string, content: string | Uint8Array) =>
  writeFileSync(join(world.cwd, name), content);
const pass = (world: PkiWorld, days: number) => {
  world.now = new Date(world.now.getTime() + days * DAY);
};
const ecKey = (namedCurve = 'prime256v1') => generateKeyPairSync('ec', { namedCurve });
const pemOf = (key: ReturnType<typeof ecKey>['privateKey']) => key.export({ type: 'pkcs8', format: 'pem' }) as string;

/** A request of a service, signed by its own key. It asks to be a CA, which svcauth ignores. */
function csr({ privateKey, publicKey } = ecKey(), commonName = ''): string {
  const algorithm = KEY_ALGORITHMS['ecdsa-p256'];
  const request = {
    subjectDer: encodeName(commonName === '' ? [] : [['2.5.4.3', commonName]]),
    algorithm,
    publicKeyDer: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })),
    sign: signerOf(privateKey, algorithm),
  };
  return encodePem('CERTIFICATE REQUEST', createCaCsr(request));
}

describe('a service that is known', () => {
  test('a known service keeps its names and its certificate until it is due', async () => {
    const world = fresh();
    const before = served(world);
    expect(await world.succeed('issue', 'payments')).toMatch(/^unchanged/);
    pass(world, 21);
    await world.succeed('issue', 'payments');
    expect(served(world)).not.toBe(before);
    const { subjectAltName } = new X509Certificate(
      readFileSync(join(world.home.service('payments'), 'current/tls.crt')),
    );
    expect(subjectAltName).toBe('URI:spiffe://example.org/payments, DNS:payments.example.org');
  });

  test('the flags of a command replace the whole configuration of a service', async () => {
    const world = fresh();
    await world.succeed('issue', 'payments', '--ttl', '5d');
    const { spec } = await world.manifest(manifest => manifest.service('payments')!);
    expect(spec).toMatchObject({ dns: [], ttl: 5 * 86_400 });
  });

  test('a revoked service gets a new certificate, and the old one stays revoked', async () => {
    const world = fresh();
    const before = served(world)!;
    await world.succeed('revoke', 'payments');
    await world.succeed('issue', 'payments');
    await world.manifest(manifest => {
      expect(manifest.certificate(before)).toMatchObject({ state: 'revoked' });
      expect(manifest.service('payments')!.currentSerial).toBe(served(world));
    });
  });

  test('a service keeps the previous version and no older one, and files of others stay', async () => {
    const world = fresh();
    const versions = join(world.home.service('payments'), 'versions');
    mkdirSync(join(versions, '2.0'));
    mkdirSync(join(versions, 'ab'.repeat(16)));
    const serials = [served(world)!];
    for (let round = 0; round < 3; round++) {
      await world.succeed('issue', 'payments', '--force');
      serials.push(served(world)!);
    }
    expect(readdirSync(versions).sort()).toEqual(['2.0', 'ab'.repeat(16), ...serials.slice(2)].sort());
  });

  test('lost or damaged files lead to a new certificate', async () => {
    const key = 'its key is missing or does not match its certificate';
    const files = 'its files are missing or damaged';
    for (const [reason, damage] of [
      [key, (current: string) => rmSync(join(current, 'tls.key'))],
      [key, (current: string) => writeFileSync(join(current, 'tls.key'), '')],
      [key, (current: string) => writeFileSync(join(current, 'tls.key'), pemOf(ecKey().privateKey))],
      [files, (current: string) => writeFileSync(join(current, 'tls.crt'), 'x')],
      [files, (current: string) => rmSync(join(current, 'ca.crt'))],
    ] as const) {
      const world = fresh();
      damage(join(world.home.service('payments'), 'current'));
      expect(await world.succeed('issue', 'payments', '--dry-run')).toContain(reason);
      await world.succeed('issue', 'payments');
      expect(served(world)).toBeDefined();
    }
  });

  test('a link that was changed by hand is switched back', async () => {
    const world = fresh();
    const before = served(world)!;
    await world.succeed('issue', 'payments', '--force');
    const now = served(world)!;
    const current = join(world.home.service('payments'), 'current');
    rmSync(current);
    symlinkSync(`versions/${before}`, current);
    expect(await world.succeed('issue', 'payments')).toMatch(/^deployed {2}payments/);
    expect(readlinkSync(current)).toBe(`versions/${now}`);
    await world.manifest(manifest => {
      const last = [...manifest.auditRecords()].at(-1)!;
      expect(last).toMatchObject({ action: 'certificate.deployed', subject: 'payments', detail: { serial: now } });
    });
  });
});

describe('a supplied key', () => {
  test('a key of a CSR stays on its host and is not replaced without --force', async () => {
    const world = fresh();
    put(world, 'ledger.csr', csr());
    await world.succeed('issue', 'ledger', '--csr', 'ledger.csr');
    const current = join(world.home.service('ledger'), 'current');
    expect(readdirSync(current)).toEqual(['ca.crt', 'chain.pem', 'tls.crt']);
    expect(await world.succeed('issue', 'ledger')).toMatch(/^unchanged/);
    // a configuration that would replace the key on a later run is refused now
    put(world, 'list.csv', 'service\nledger\n');
    for (const argv of [
      ['--from', 'list.csv'],
      ['ledger', '--dns', 'ledger.example.org'],
    ]) {
      expect((await runSvcauth(world, ['issue', ...argv])).stderr).toContain('[ERR_KEY_NOT_BROUGHT]');
    }
    pass(world, 25);
    const { status, stderr } = await runSvcauth(world, ['issue', 'ledger']);
    expect([status, stderr]).toEqual([2, expect.stringContaining('[ERR_KEY_NOT_BROUGHT]')]);
    await world.succeed('issue', 'ledger', '--csr', 'ledger.csr');
    await world.succeed('issue', 'ledger', '--force');
    expect(existsSync(join(current, 'tls.key'))).toBe(true);
  });

  test('a different key file leads to a new certificate', async () => {
    const world = fresh();
    put(world, 'a.key', pemOf(ecKey().privateKey));
    put(world, 'b.key', pemOf(ecKey('secp384r1').privateKey));
    await world.succeed('issue', 'web', '--key', 'a.key');
    const before = served(world, 'web');
    expect(await world.succeed('issue', 'web', '--key', 'a.key')).toMatch(/^unchanged/);
    expect(await world.succeed('issue', 'web')).toMatch(/^unchanged/);
    await world.succeed('issue', 'web', '--key', 'b.key');
    expect(served(world, 'web')).not.toBe(before);
    const { spec } = await world.manifest(manifest => manifest.service('web')!);
    expect(spec.keyAlgorithm).toBe('ecdsa-p384');
  });
});

describe('near the expiry of the issuing CA', () => {
  test('a leaf that would outlive its CA is refused, or expires with it and is issued once', async () => {
    const world = fresh();
    pass(world, 350);
    const { status, stderr } = await runSvcauth(world, ['issue', 'payments']);
    expect([status, stderr]).toEqual([7, expect.stringContaining('[ERR_OUTLIVES_ISSUER]')]);
    await world.succeed('issue', 'payments', '--not-after-policy', 'truncate');
    await world.manifest(manifest => {
      const { notAfter } = manifest.authority('issuing-g1')!.certificate!;
      expect(manifest.certificate(served(world)!)!.notAfter).toEqual(notAfter);
    });
    pass(world, 12);
    expect(await world.succeed('issue', 'payments')).toMatch(/^unchanged/);
  });

  test('nothing is issued before or after the validity of the CA', async () => {
    const world = fresh();
    pass(world, 366);
    const ended = await runSvcauth(world, ['issue', 'payments']);
    expect([ended.status, ended.stderr]).toEqual([7, expect.stringContaining('[ERR_ISSUER_EXPIRED]')]);
    world.now = new Date(START.getTime() - DAY);
    const early = await runSvcauth(world, ['issue', 'payments']);
    expect([early.status, early.stderr]).toEqual([7, expect.stringContaining('[ERR_CLOCK_BEHIND]')]);
    // a dry run changes nothing, so it accepts any clock
    const dry = await runSvcauth(world, ['issue', 'payments', '--dry-run']);
    expect([dry.status, dry.stderr]).toEqual([7, expect.stringContaining('[ERR_ISSUER_NOT_YET]')]);
  });
});

describe('a lone intent of a crash', () => {
  test('a lone intent is reported by check and revoked by the first digits of its serial', async () => {
    const world = fresh();
    const serial = '5a'.repeat(16);
    await world.manifest(manifest =>
      manifest.transaction(write => {
        const { der: _, ...certificate } = manifest.certificate(served(world)!)!;
        write.insertIntents([{ ...certificate, serial, state: 'intent' }]);
      }),
    );
    pass(world, 1);
    const { status, stdout } = await runSvcauth(world, ['check']);
    expect(status).toBe(3);
    expect(stdout).toContain(`certificate ${serial} may exist`);
    expect(stdout).toContain('svcauth revoke 5a5a5a5a5a5a5a5a');
    expect(await world.succeed('issue', 'payments')).toMatch(/^unchanged/);
    await world.succeed('revoke', '5a5a5a5a5a5a5a5a');
    await world.manifest(manifest => {
      expect(manifest.certificate(serial)).toMatchObject({ state: 'revoked' });
      expect(manifest.service('payments')!.currentSerial).toBe(served(world));
    });
    // its CRL is published, and there is no report that the services have loaded it
    await world.succeed('reload', 'undeclared', '--done');
    expect((await runSvcauth(world, ['check'])).status).toBe(0);
  });
});

describe('a dry run', () => {
  test('a dry run needs no passphrase, takes no lock and changes nothing', async () => {
    const world = fresh();
    const { key } = world.home.authority('issuing-g1');
    rmSync(key);
    chmodSync(world.cwd, 0o500);
    const before = treeDigest(world.cwd);
    const out = await world.succeed('issue', 'payments', '--dns', 'other.example.org', '--dry-run');
    expect(out).toMatch(/^would issue {2}payments/);
    expect(await world.succeed('revoke', 'payments', '--dry-run')).toMatch(/^would revoke {2}payments/);
    expect(treeDigest(world.cwd)).toEqual(before);
    expect(existsSync(world.home.lockNote)).toBe(false);
    chmodSync(world.cwd, 0o700);
  });
});

interface Refusal {
  readonly title: string;
  readonly prepare?: (world: PkiWorld) => void | Promise<void>;
  readonly argv: readonly string[];
  readonly status: number;
  readonly code: string;
  readonly says: string;
}

const rsa1024 = () =>
  generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ type: 'pkcs8', format: 'pem' });

const REFUSALS: readonly Refusal[] = [
  {
    title: 'a key that is encrypted',
    prepare: async world => {
      const pkcs8 = new Uint8Array(ecKey().privateKey.export({ type: 'pkcs8', format: 'der' }));
      const locked = await encryptPrivateKey(pkcs8, utf8('correct horse'), world.random(PBES2_RANDOM_LENGTH));
      put(world, 'web.key', encodePem('ENCRYPTED PRIVATE KEY', locked));
    },
    argv: ['issue', 'web', '--key', 'web.key'],
    status: 2,
    code: 'ERR_LEAF_KEY_ENCRYPTED',
    says: 'openssl pkey -in web.key -out web.key.plain',
  },
  {
    title: 'a key that is too short',
    prepare: world => put(world, 'web.key', rsa1024()),
    argv: ['issue', 'web', '--key', 'web.key'],
    status: 2,
    code: 'ERR_KEY_UNSUITABLE',
    says: 'RSA 1024',
  },
  {
    title: 'a request that its own key did not sign',
    prepare: world => put(world, 'web.csr', csr({ ...ecKey(), publicKey: ecKey().publicKey })),
    argv: ['issue', 'web', '--csr', 'web.csr'],
    status: 2,
    code: 'ERR_CSR_PROOF',
    says: 'is not signed with the key',
  },
  {
    title: 'a request of another service',
    prepare: world => put(world, 'web.csr', csr(ecKey(), 'payments')),
    argv: ['issue', 'web', '--csr', 'web.csr'],
    status: 7,
    code: 'ERR_CSR_NAMES',
    says: 'commonName "payments"',
  },
  {
    title: 'names that the policy does not allow',
    argv: ['issue', 'web', '--dns', 'example.com', '--ip', '10.0.0.1'],
    status: 7,
    code: 'ERR_POLICY_REFUSED',
    says: 'dnsSuffixes: [example.org, example.com]',
  },
  {
    title: 'a lifetime of more than a sixth of the issuer',
    argv: ['issue', 'web', '--ttl', '61d'],
    status: 7,
    code: 'ERR_TTL_SHARE',
    says: 'svcauth issue web --ttl 60d',
  },
  {
    title: 'a directory that is a file',
    prepare: world => put(world, 'tls', 'x'),
    argv: ['issue', 'web', '--out', 'tls'],
    status: 2,
    code: 'ERR_OUT_UNUSABLE',
    says: 'it is not a directory',
  },
  {
    title: 'a directory below a file',
    prepare: world => put(world, 'tls', 'x'),
    argv: ['issue', 'web', '--out', 'tls/web'],
    status: 2,
    code: 'ERR_OUT_UNUSABLE',
    says: '/tls": it is not a directory',
  },
  {
    title: 'a directory that another service has',
    argv: ['issue', 'web', '--out', '.svcauth/services/payments'],
    status: 2,
    code: 'ERR_OUT_UNUSABLE',
    says: 'it is inside the home of the PKI',
  },
  {
    title: 'a directory with a "current" that svcauth did not create',
    prepare: world => {
      mkdirSync(join(world.cwd, 'app/releases'), { recursive: true });
      symlinkSync('releases/20261121', join(world.cwd, 'app/current'));
    },
    argv: ['issue', 'web', '--out', 'app'],
    status: 2,
    code: 'ERR_OUT_UNUSABLE',
    says: 'it contains "current", which svcauth did not create',
  },
  {
    title: 'one directory for two services',
    prepare: world => put(world, 'list.csv', 'service,out\nweb,tls\nledger,./tls\n'),
    argv: ['issue', '--from', 'list.csv'],
    status: 2,
    code: 'ERR_OUT_SHARED',
    says: '"web" and "ledger" would share the directory',
  },
  {
    title: 'a list with one bad line, as a whole',
    prepare: world => put(world, 'list.csv', 'service,dns\nweb,\nledger,bad_name.example.org\n'),
    argv: ['issue', '--from', 'list.csv'],
    status: 2,
    code: 'ERR_SERVICE_LIST',
    says: 'list.csv:3',
  },
  {
    title: 'a home without a policy file',
    prepare: world => rmSync(world.home.policy),
    argv: ['issue', 'web'],
    status: 2,
    code: 'ERR_POLICY_MISSING',
    says: 'svcauth signs nothing without it',
  },
  {
    title: 'a policy file that cannot be read',
    prepare: world => writeFileSync(world.home.policy, 'version: 1\ntrustDomain: example.org\nleaf: {ttl: 3}\n'),
    argv: ['issue', 'web'],
    status: 2,
    code: 'ERR_POLICY_FILE',
    says: 'nothing was changed',
  },
  {
    title: 'a policy file of another trust domain',
    prepare: world => writeFileSync(world.home.policy, 'version: 1\ntrustDomain: example.com\n'),
    argv: ['issue', 'web'],
    status: 2,
    code: 'ERR_POLICY_TRUST_DOMAIN',
    says: 'write in the file: trustDomain: example.org',
  },
  {
    title: 'a CA key that others may read',
    prepare: world => chmodSync(world.home.authority('issuing-g1').key, 0o640),
    argv: ['issue', 'web'],
    status: 7,
    code: 'ERR_KEY_READABLE',
    says: 'mode 0640',
  },
  {
    title: 'a CA key that does not match the CA certificate',
    prepare: world =>
      writeFileSync(world.home.authority('issuing-g1').key, readFileSync(world.home.authority('root-g1').key)),
    argv: ['issue', 'web'],
    status: 9,
    code: 'ERR_KEY_MISMATCH',
    says: 'the key of issuing-g1 does not match the certificate of issuing-g1',
  },
  {
    title: 'a CA key that is gone',
    prepare: world => rmSync(world.home.authority('issuing-g1').key),
    argv: ['issue', 'web'],
    status: 9,
    code: 'ERR_KEY_MISSING',
    says: 'from a backup',
  },
  {
    title: 'a CA key that is a link',
    prepare: ({ home }) => {
      const { key } = home.authority('issuing-g1');
      renameSync(key, `${key}.real`);
      symlinkSync('ca.key.real', key);
    },
    argv: ['issue', 'web'],
    status: 7,
    code: 'ERR_KEY_NOT_A_FILE',
    says: 'is a link and not a file',
  },
  {
    title: 'a manifest that is damaged',
    prepare: world => writeFileSync(world.home.manifest, 'SQLite format 3\0 and then nothing of the kind'),
    argv: ['issue', 'web'],
    status: 9,
    code: 'ERR_MANIFEST_CORRUPT',
    says: 'restore manifest.db from a backup',
  },
  {
    title: 'a manifest that is gone',
    prepare: world => rmSync(world.home.manifest),
    argv: ['issue', 'web'],
    status: 9,
    code: 'ERR_MANIFEST_CORRUPT',
    says: 'the file is missing',
  },
  {
    title: 'a home that is not there',
    argv: ['issue', 'web', '--home', 'elsewhere'],
    status: 2,
    code: 'ERR_HOME_MISSING',
    says: 'svcauth ca init --trust-domain example.org --home elsewhere',
  },
  {
    title: 'a home that others may write to',
    prepare: world => chmodSync(world.home.directory, 0o770),
    argv: ['issue', 'web'],
    status: 7,
    code: 'ERR_HOME_WRITABLE',
    says: 'chmod go-w',
  },
];

describe('refusals', () => {
  test.each(REFUSALS)('issue refuses $title and changes nothing', async ({ prepare, argv, status, code, says }) => {
    const world = fresh();
    await prepare?.(world);
    const before = treeDigest(world.cwd);
    const outcome = await runSvcauth(world, argv);
    expect({ status: outcome.status, stderr: outcome.stderr }).toEqual({
      status,
      stderr: expect.stringContaining(`[${code}]`) as string,
    });
    expect(outcome.stderr).toContain(says);
    expect(outcome.stdout).toBe('');
    expect(treeDigest(world.cwd)).toEqual(before);
  });
});

describe('with encrypted CA keys', () => {
  let locked: () => PkiWorld;
  beforeAll(async () => {
    const template = await pkiTemplate(['--key-protection', 'passphrase', '--passphrase-env', 'PKI'], [], {
      env: { PKI: 'correct horse' },
    });
    locked = () => template({ env: { PKI: 'correct horse', OTHER: 'incorrect horse' } });
  });

  test('the passphrase is asked for once for many services', async () => {
    const world = locked();
    put(world, 'list.csv', 'service\na\nb\nc\n');
    let asked = 0;
    world.readDescriptor = () => (asked++, utf8('correct horse\n'));
    await world.succeed('issue', '--from', 'list.csv', '--passphrase-fd', '3');
    expect(asked).toBe(1);
  });

  test('no passphrase is asked for if there is nothing to sign', async () => {
    const world = locked();
    await world.succeed('issue', 'a', '--passphrase-env', 'PKI');
    expect(await world.succeed('issue', 'a')).toMatch(/^unchanged/);
  });

  test.each([
    [['--passphrase-env', 'OTHER'], 'ERR_PASSPHRASE_WRONG'],
    [[], 'ERR_PASSPHRASE_MISSING'],
  ])('a passphrase problem changes nothing: %j ends with %s', async (flags, code) => {
    const world = locked();
    await world.succeed('status');
    const before = treeDigest(world.cwd);
    const { status, stderr } = await runSvcauth(world, ['issue', 'web', ...flags]);
    expect([status, stderr]).toEqual([8, expect.stringContaining(`[${code}]`)]);
    expect(treeDigest(world.cwd)).toEqual(before);
  });
});

describe('name constraints', () => {
  test('name constraints of any CA in the chain refuse a name before it is signed', async () => {
    const template = await pkiTemplate(['--permit-dns', 'a.example.org', '--exclude-dns', 'x.a.example.org']);
    const world = template();
    await world.succeed('issue', 'good', '--dns', 'b.a.example.org');
    const before = treeDigest(world.cwd);
    for (const [name, why] of [
      ['b.example.org', 'is outside'],
      ['x.a.example.org', 'is excluded by'],
      ['localhost', 'is outside'],
    ] as const) {
      const { status, stderr } = await runSvcauth(world, ['issue', 'bad', '--dns', name]);
      expect([status, stderr]).toEqual([7, expect.stringContaining('[ERR_CONSTRAINED]')]);
      expect(stderr).toContain(why);
    }
    expect(treeDigest(world.cwd)).toEqual(before);
  });
});
