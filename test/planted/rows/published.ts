import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PkiWorld } from '../../support/pki/pki.ts';
import { runSvcauth } from '../../support/world/world.ts';
import type { PlantedFault } from '../planted-fault.ts';
import { docroot } from '../site.ts';

const days = (world: PkiWorld, count: number): void => {
  world.now = new Date(world.now.getTime() + count * 86_400_000);
};

const inDocroot = (world: PkiWorld, name: string): string => join(docroot(world), name);

/** Keeps the files of the docroot while the PKI continues, as a mount that was lost does. */
async function lostFor(world: PkiWorld, count: number): Promise<void> {
  const [there, aside] = [docroot(world), `${docroot(world)}.aside`];
  renameSync(there, aside);
  writeFileSync(there, 'not a directory');
  for (let day = 0; day < count; day++) {
    days(world, 1);
    await runSvcauth(world, ['tick']);
  }
}

const mountedAgain = (world: PkiWorld): void => {
  rmSync(docroot(world));
  renameSync(`${docroot(world)}.aside`, docroot(world));
};

/** Runs SQL on the manifest, as no command does. */
const sql = (world: PkiWorld, statement: string): void => {
  execFileSync('sqlite3', [world.home.manifest, statement]);
};

/** Makes the certificate of a CA that is not ours. */
const stranger = (world: PkiWorld): string => {
  const path = join(world.cwd, 'stranger.pem');
  const argv = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '3650'];
  execFileSync('openssl', [...argv, '-subj', '/CN=Stranger', '-keyout', '/dev/null', '-out', path], {
    stdio: 'ignore',
  });
  return readFileSync(path, 'utf8');
};

/** Makes the bundle of a federated trust domain, whose anchor is valid for some days. */
function partner(world: PkiWorld, validDays: number): string {
  const directory = join(world.cwd, 'partner');
  mkdirSync(directory, { recursive: true });
  const [config, database, key, csr] = ['ca.cnf', 'index.txt', 'key', 'csr'].map(name => join(directory, name));
  const path = join(world.cwd, 'partner.pem');
  writeFileSync(database!, '');
  const extensions =
    'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n';
  writeFileSync(
    config!,
    `[ca]\ndefault_ca=d\n[d]\ndatabase=${database}\nnew_certs_dir=${directory}\nrand_serial=yes\ndefault_md=sha256\n` +
      `policy=p\nunique_subject=no\n[p]\ncommonName=supplied\n[e]\n${extensions}subjectAltName=URI:spiffe://partner.example\n`,
  );
  const quiet = { stdio: 'ignore' } as const;
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=Partner'];
  execFileSync('openssl', ['req', '-new', ...curve, '-keyout', key!, '-out', csr!], quiet);
  const [begin, end] = [-30, validDays].map(count => asn1(new Date(world.now.getTime() + count * 86_400_000)));
  const signing = [
    'ca',
    '-selfsign',
    '-batch',
    '-notext',
    '-config',
    config!,
    '-keyfile',
    key!,
    '-in',
    csr!,
    '-out',
    path,
  ];
  execFileSync('openssl', [...signing, '-startdate', begin!, '-enddate', end!, '-extensions', 'e'], quiet);
  return path;
}

const asn1 = (date: Date): string => date.toISOString().replaceAll(/[-:T]|\.\d+/g, '');

/** Signs a CRL with openssl, as the holder of a CA outside does; `entries` are lines of its database. */
export function crlOf(world: PkiWorld, certificate: string, key: string, entries: string): string {
  const directory = join(world.cwd, 'ca');
  mkdirSync(directory, { recursive: true });
  const [config, database, number, out] = ['ca.cnf', 'index.txt', 'crlnumber', 'out.pem'].map(name =>
    join(directory, name),
  );
  writeFileSync(database!, entries);
  const next = (Math.floor(world.now.getTime() / 1000) + 10).toString(16);
  writeFileSync(number!, `${next.padStart(next.length + (next.length % 2), '0')}\n`);
  writeFileSync(
    config!,
    `[ca]\ndefault_ca=d\n[d]\ndatabase=${database}\ncrlnumber=${number}\ndefault_md=sha256\ncrl_extensions=e\n[e]\nauthorityKeyIdentifier=keyid\n`,
  );
  const end = new Date(world.now.getTime() + 60 * 86_400_000);
  const dates = ['-crl_lastupdate', asn1(new Date(world.now.getTime() - 60_000)), '-crl_nextupdate', asn1(end)];
  const argv = ['ca', '-gencrl', '-config', config!, '-cert', certificate, '-keyfile', key, ...dates, '-out', out!];
  execFileSync('openssl', argv, { stdio: 'ignore' });
  return out!;
}

export function revokingCrl(world: PkiWorld): string {
  const root = world.home.authority('root-g1');
  const issuing = world.home.authority('issuing-g1').certificate;
  const serial = execFileSync('openssl', ['x509', '-in', issuing, '-noout', '-serial'], { encoding: 'utf8' }).trim();
  const at = asn1(world.now).slice(2);
  const entry = ['R', at, `${at},keyCompromise`, serial.replace('serial=', ''), 'unknown', '/CN=issuing'].join('\t');
  return crlOf(world, root.certificate, root.key, `${entry}\n`);
}

function strangersCrl(world: PkiWorld): Buffer {
  const [key, certificate] = [join(world.cwd, 'stranger.key'), join(world.cwd, 'stranger.crt')];
  const argv = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '3650'];
  execFileSync('openssl', [...argv, '-subj', '/CN=Stranger', '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  return execFileSync('openssl', ['crl', '-in', crlOf(world, certificate, key, ''), '-outform', 'DER']);
}

/** The service of a revoked certificate needs a new one, which is another decision. */
const REVOKED = ['certificate-revoked'] as const;

/** Faults of public/, of published directories, and of revocations that do not reach them. */
export const PUBLISHED: readonly PlantedFault[] = [
  {
    fault: 'the published directory is lost for two days, and ticks go on',
    plant: world => lostFor(world, 2),
    finding: 'publication-failed',
    severity: 'critical',
    subject: docroot,
    outside: mountedAgain,
  },
  {
    fault: 'the published directory is gone since the last tick',
    plant: world => renameSync(docroot(world), `${docroot(world)}.aside`),
    finding: 'publication-failed',
    severity: 'critical',
    subject: docroot,
  },
  {
    fault: 'the published directory is empty',
    plant: world => {
      rmSync(docroot(world), { recursive: true });
      mkdirSync(docroot(world));
    },
    finding: 'publication-failed',
    severity: 'critical',
    subject: docroot,
  },
  {
    fault: 'the published directory is lost until its CRL has expired, and is there again',
    plant: async world => {
      await lostFor(world, 15);
      mountedAgain(world);
    },
    finding: 'published-crl-stale',
    severity: 'critical',
    subject: docroot,
  },
  {
    fault: 'the published directory is lost until its CRL is about to expire, and is there again',
    plant: async world => {
      await lostFor(world, 12);
      mountedAgain(world);
    },
    finding: 'published-crl-expiring',
    severity: 'critical',
    subject: docroot,
  },
  {
    fault: 'a published CRL is gone',
    plant: world => rmSync(inDocroot(world, 'crl/issuing-g1.der')),
    finding: 'published-file-damaged',
    severity: 'critical',
    subject: docroot,
  },
  {
    fault: 'a published CRL is cut short',
    plant: world =>
      writeFileSync(
        inDocroot(world, 'crl/issuing-g1.der'),
        readFileSync(inDocroot(world, 'crl/issuing-g1.der')).subarray(0, 90),
      ),
    finding: 'published-file-damaged',
    severity: 'critical',
    subject: docroot,
  },
  {
    fault: 'a published CRL has the signature of nobody',
    plant: world => {
      const path = inDocroot(world, 'crl/issuing-g1.der');
      const bytes = readFileSync(path);
      bytes[bytes.length - 1]! ^= 1;
      writeFileSync(path, bytes);
    },
    finding: 'published-file-damaged',
    severity: 'critical',
    subject: docroot,
  },
  {
    fault: 'the published bundle of all CRLs is emptied',
    plant: world => writeFileSync(inDocroot(world, 'crl-bundle.pem'), ''),
    finding: 'published-file-damaged',
    severity: 'critical',
    subject: docroot,
  },
  {
    fault: 'the published PEM of a CRL is garbled',
    plant: world => appendFileSync(inDocroot(world, 'crl/root-g1.pem'), '-----BEGIN X509 CRL-----'),
    finding: 'published-file-damaged',
    severity: 'critical',
    subject: docroot,
  },
  {
    fault: 'the published index is gone',
    plant: world => rmSync(inDocroot(world, 'index.json')),
    finding: 'published-file-damaged',
    severity: 'critical',
    subject: docroot,
  },
  {
    fault: 'the published trust bundle is a named pipe',
    plant: world => {
      rmSync(inDocroot(world, 'bundle.pem'));
      execFileSync('mkfifo', [inDocroot(world, 'bundle.pem')]);
    },
    finding: 'published-file-damaged',
    severity: 'critical',
    subject: docroot,
    outside: world => rmSync(inDocroot(world, 'bundle.pem')),
  },
  {
    fault: 'a published trust bundle has an anchor of a stranger',
    plant: world => appendFileSync(inDocroot(world, 'bundle.pem'), stranger(world)),
    finding: 'published-anchor-foreign',
    severity: 'critical',
    subject: docroot,
  },
  {
    fault: 'a published trust bundle has lost its anchor',
    plant: world => writeFileSync(inDocroot(world, 'bundle.pem'), '# no anchor\n'),
    finding: 'published-anchor-missing',
    severity: 'critical',
    subject: docroot,
  },
  {
    fault: 'the published directory was restored from before a revocation',
    plant: async world => {
      cpSync(docroot(world), `${docroot(world)}.old`, { recursive: true });
      await world.succeed('revoke', 'payments', '--reason', 'keyCompromise');
      await runSvcauth(world, ['tick']);
      rmSync(docroot(world), { recursive: true });
      renameSync(`${docroot(world)}.old`, docroot(world));
    },
    finding: 'published-revocation-missing',
    severity: 'critical',
    subject: docroot,
    remaining: REVOKED,
  },
  {
    fault: 'a CRL in public/ is gone',
    plant: world => rmSync(world.home.public.crlDer('issuing-g1')),
    finding: 'crl-damaged',
    severity: 'critical',
    subject: () => 'issuing-g1',
  },
  {
    fault: 'the bundle of all CRLs in public/ is emptied',
    plant: world => writeFileSync(world.home.public.crlBundle, ''),
    finding: 'crl-damaged',
    severity: 'critical',
    subject: world => world.home.public.directory,
  },
  {
    fault: 'the trust bundle in public/ has an anchor of a stranger',
    plant: world => appendFileSync(world.home.public.bundlePem, stranger(world)),
    finding: 'bundle-damaged',
    severity: 'critical',
    subject: world => world.home.public.directory,
  },
  {
    fault: 'the trust bundle in public/ is gone',
    plant: world => rmSync(world.home.public.bundlePem),
    finding: 'bundle-damaged',
    severity: 'critical',
    subject: world => world.home.public.directory,
  },
  {
    fault: 'a revocation was recorded, and its CRL could not be signed',
    plant: world =>
      // the record as `revoke` leaves it when its CRL cannot be signed
      world.manifest(manifest => {
        const { serial, authorityId, notAfter } = manifest.liveServices()[0]!.certificate!;
        const revocation = { serial, authorityId, revokedAt: world.now, reason: 'keyCompromise', notAfter } as const;
        manifest.transaction(write => write.insertRevocation(revocation));
      }),
    finding: 'revocation-unlisted',
    severity: 'critical',
    subject: () => 'issuing-g1',
    remaining: REVOKED,
  },
  {
    fault: 'a revocation was deleted from the manifest',
    before: [['revoke', 'payments', '--reason', 'keyCompromise'], ['tick']],
    plant: world => sql(world, 'DELETE FROM revocations'),
    finding: 'revocation-lost',
    severity: 'critical',
    subject: () => 'issuing-g1',
    remaining: REVOKED,
  },
  {
    fault: 'another PKI published into the directory',
    plant: world => void writeFileSync(inDocroot(world, 'crl/issuing-g1.der'), strangersCrl(world)),
    finding: 'published-crl-foreign',
    severity: 'critical',
    subject: docroot,
  },
  {
    fault: 'the manifest was restored from a backup made before the published CRL',
    plant: async world => {
      cpSync(world.home.manifest, `${world.home.manifest}.old`);
      days(world, 5);
      await runSvcauth(world, ['crl', 'refresh', '--force']);
      await runSvcauth(world, ['crl', 'publish']);
      for (const end of ['', '-wal', '-shm']) rmSync(world.home.manifest + end, { force: true });
      renameSync(`${world.home.manifest}.old`, world.home.manifest);
    },
    finding: 'published-crl-ahead',
    severity: 'critical',
    subject: docroot,
  },
  {
    fault: 'the CRL of the root above us revokes our issuing CA',
    plant: async world => {
      const crl = revokingCrl(world);
      sql(world, "UPDATE authorities SET key_location = 'offline' WHERE id = 'root-g1'");
      rmSync(world.home.authority('root-g1').key);
      await world.succeed('crl', 'import', crl);
    },
    finding: 'ca-revoked',
    severity: 'critical',
    subject: () => 'issuing-g1',
    fill: () => ({ TEXT: 'revoked' }),
    // it must be replaced now, which is a rotation
    remaining: ['ca-tainted'],
  },
  {
    fault: 'the bundle of a federated trust domain was last fetched two months ago',
    plant: async world => {
      await world.succeed('bundle', 'federate', 'partner.example', '--from', partner(world, 365));
      sql(world, `UPDATE peer_bundles SET fetched_at = fetched_at - ${60 * 86_400}`);
    },
    finding: 'federated-outdated',
    severity: 'warning',
    subject: () => 'partner.example',
    fill: world => ({ FILE: join(world.cwd, 'partner.pem') }),
  },
  {
    fault: 'the last anchor of a federated trust domain has expired',
    plant: async world => {
      await world.succeed('bundle', 'federate', 'partner.example', '--from', partner(world, 3));
      days(world, 5);
      await runSvcauth(world, ['tick']);
    },
    finding: 'federated-expired',
    severity: 'critical',
    subject: () => 'partner.example',
    outside: world => void partner(world, 365),
    fill: world => ({ FILE: join(world.cwd, 'partner.pem') }),
  },
  {
    fault: 'the last anchor of a federated trust domain is about to expire',
    plant: async world =>
      void (await world.succeed('bundle', 'federate', 'partner.example', '--from', partner(world, 3))),
    finding: 'federated-expiring',
    severity: 'critical',
    subject: () => 'partner.example',
    outside: world => void partner(world, 365),
    fill: world => ({ FILE: join(world.cwd, 'partner.pem') }),
  },
  {
    fault: 'two federated trust domains have one anchor',
    plant: async world => {
      await world.succeed('bundle', 'federate', 'partner.example', '--from', partner(world, 365));
      sql(
        world,
        "INSERT INTO peer_bundles SELECT 'other.example', document, sequence, added_at, fetched_at FROM peer_bundles",
      );
      await runSvcauth(world, ['tick']);
    },
    finding: 'federated-shared',
    severity: 'critical',
    subject: () => 'other.example',
  },
  {
    fault: 'a root rotation published while the directory was lost',
    before: [['ca', 'rotate', 'prepare', '--tier', 'root']],
    plant: async world => {
      renameSync(docroot(world), `${docroot(world)}.aside`);
      writeFileSync(docroot(world), 'not a directory');
      await runSvcauth(world, ['ca', 'rotate', 'publish', '--tier', 'root']);
      mountedAgain(world);
    },
    finding: 'published-anchor-missing',
    severity: 'critical',
    subject: docroot,
  },
];
