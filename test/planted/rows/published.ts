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

/** Keeps the files of the docroot while the PKI goes on, as a mount that was lost does. */
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
    plant: async world => {
      const { crls } = world.home.public;
      renameSync(crls, `${crls}.aside`);
      writeFileSync(crls, 'not a directory');
      await runSvcauth(world, ['revoke', 'payments', '--reason', 'keyCompromise']);
      rmSync(crls);
      renameSync(`${crls}.aside`, crls);
    },
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
];
