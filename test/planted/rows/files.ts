import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { PkiWorld } from '../../support/pki/pki.ts';
import { runSvcauth } from '../../support/world/world.ts';
import type { PlantedFault } from '../planted-fault.ts';

const directory = (world: PkiWorld, service = 'ledger'): string => world.home.service(service);
const current = (world: PkiWorld, name: string, service?: string): string =>
  join(directory(world, service), 'current', name);
const key = (world: PkiWorld): string => world.home.authority('issuing-g1').key;
const backup = ({ cwd }: PkiWorld): string => join(cwd, 'backup.key');
const output = ({ cwd }: PkiWorld): string => join(cwd, 'ledger.pem');
const days = (world: PkiWorld, count: number): void => {
  world.now = new Date(world.now.getTime() + count * 86_400_000);
};

/** Gives the service an output, which the next run of its hooks deploys. */
async function withOutput(world: PkiWorld): Promise<void> {
  const path = join(world.cwd, 'services.yaml');
  const spec = { service: 'ledger', outputs: { kind: 'combined-pem', path: output(world) } };
  writeFileSync(path, JSON.stringify({ services: [spec] }));
  await world.succeed('apply', '-f', path);
}

function makePipe(path: string): void {
  rmSync(path);
  execFileSync('mkfifo', [path]);
}

const LEDGER = () => 'ledger';
const FILES = { finding: 'files-changed', severity: 'critical', subject: LEDGER } as const;
const EXPOSED = { finding: 'home-writable', severity: 'critical' } as const;
const CA = { severity: 'critical', subject: () => 'issuing-g1' } as const;

/** Files of services, their outputs, and the files of the home. */
export const FILES_ROWS: readonly PlantedFault[] = [
  {
    fault: 'the current link of a service was removed',
    plant: world => unlinkSync(join(directory(world), 'current')),
    ...{ finding: 'files-not-current', severity: 'critical', subject: LEDGER },
  },
  {
    fault: 'the current link names the certificate before the newest one',
    before: [['renew', 'ledger', '--force']],
    plant: world => {
      const link = join(directory(world), 'current');
      const newest = readlinkSync(link);
      unlinkSync(link);
      const older = readdirSync(join(directory(world), 'versions')).find(name => !newest.endsWith(name))!;
      symlinkSync(`versions/${older}`, link);
    },
    ...{ finding: 'files-not-current', severity: 'critical', subject: LEDGER },
  },
  {
    fault: 'a directory has the place of the current link',
    plant: world => {
      const link = join(directory(world), 'current');
      unlinkSync(link);
      mkdirSync(link);
    },
    ...{ finding: 'current-foreign', severity: 'critical', subject: LEDGER },
  },
  {
    fault: 'the key of a service was removed',
    plant: world => unlinkSync(current(world, 'tls.key')),
    ...{ finding: 'key-lost', severity: 'critical', subject: LEDGER },
  },
  {
    fault: 'the key of a service is that of another service',
    plant: world => copyFileSync(current(world, 'tls.key', 'payments'), current(world, 'tls.key')),
    ...{ finding: 'key-lost', severity: 'critical', subject: LEDGER },
  },
  {
    fault: 'the key of a service was replaced by a pipe',
    plant: world => makePipe(current(world, 'tls.key')),
    ...{ finding: 'key-lost', severity: 'critical', subject: LEDGER },
  },
  {
    fault: 'the whole directory of a service was removed',
    plant: world => rmSync(directory(world), { recursive: true }),
    ...{ finding: 'key-lost', severity: 'critical', subject: LEDGER },
  },
  {
    fault: 'the key of a service can be read by every account',
    plant: world => chmodSync(current(world, 'tls.key'), 0o644),
    ...{ finding: 'key-readable', severity: 'critical', subject: LEDGER },
  },
  {
    fault: 'the directory of a version is closed to its owner, as by a umask of 077',
    plant: world => chmodSync(current(world, '.'), 0o700),
    ...{ finding: 'files-access', severity: 'warning', subject: LEDGER },
  },
  {
    fault: 'the certificate file cannot be read by the server',
    plant: world => chmodSync(current(world, 'tls.crt'), 0o600),
    ...{ finding: 'files-access', severity: 'warning', subject: LEDGER },
  },
  {
    fault: 'the certificate file of a service is garbled',
    plant: world => writeFileSync(current(world, 'tls.crt'), 'garbled'),
    ...FILES,
  },
  {
    fault: 'one byte of the certificate file changed, with its old size and time',
    plant: world => {
      const path = current(world, 'tls.crt');
      const { atime, mtime } = lstatSync(path);
      const bytes = readFileSync(path);
      bytes[100]! ^= 1;
      writeFileSync(path, bytes);
      utimesSync(path, atime, mtime);
    },
    ...FILES,
  },
  {
    fault: 'the certificate file is that of another service',
    plant: world => copyFileSync(current(world, 'tls.crt', 'payments'), current(world, 'tls.crt')),
    ...FILES,
  },
  {
    fault: 'the certificate file was removed',
    plant: world => unlinkSync(current(world, 'tls.crt')),
    ...{ finding: 'files-missing', severity: 'critical', subject: LEDGER },
  },
  {
    fault: 'the chain was cut out of the certificate file',
    plant: world => {
      const path = current(world, 'tls.crt');
      writeFileSync(path, readFileSync(path, 'utf8').split(/(?<=-----END CERTIFICATE-----\n)/)[0]!);
    },
    ...FILES,
  },
  {
    fault: 'the chain file of a service was emptied',
    plant: world => writeFileSync(current(world, 'chain.pem'), ''),
    ...FILES,
  },
  {
    fault: 'the anchors of a service were replaced by a certificate that is not an anchor',
    plant: world => copyFileSync(current(world, 'tls.crt', 'payments'), current(world, 'ca.crt')),
    ...FILES,
  },
  {
    fault: 'the anchors of a service were replaced by a pipe',
    plant: world => makePipe(current(world, 'ca.crt')),
    ...FILES,
  },
  {
    fault: 'a directory has the place of the anchors of a service',
    plant: world => {
      rmSync(current(world, 'ca.crt'));
      mkdirSync(current(world, 'ca.crt'));
    },
    ...FILES,
  },
  {
    fault: 'the chain of a service was emptied while its hook fails',
    plant: async world => {
      const { runHook } = world;
      world.runHook = async () => ({ outcome: 'failed', reason: 'exit status 1', output: '', duration: 1 });
      expectStatus(5, await runSvcauth(world, ['renew', 'ledger', '--force']));
      world.runHook = runHook;
      writeFileSync(current(world, 'chain.pem'), '');
    },
    ...FILES,
  },
  {
    fault: 'a check that reads everything sees garbled anchors',
    flags: ['--deep'],
    plant: world => writeFileSync(current(world, 'ca.crt'), 'garbled'),
    ...FILES,
  },
  {
    fault: 'an output was removed',
    plant: async world => {
      await withOutput(world);
      unlinkSync(output(world));
    },
    ...{ finding: 'output-missing', severity: 'critical', subject: LEDGER },
  },
  {
    fault: 'an output holds something else',
    plant: async world => {
      await withOutput(world);
      writeFileSync(output(world), 'something else');
    },
    ...{ finding: 'output-changed', severity: 'critical', subject: LEDGER },
  },
  {
    fault: 'an output with the key can be read by every account',
    plant: async world => {
      await withOutput(world);
      chmodSync(output(world), 0o644);
    },
    ...{ finding: 'output-changed', severity: 'critical', subject: LEDGER },
  },
  {
    fault: 'the only certificate of a service is revoked for a compromised key',
    before: [['revoke', 'ledger', '--reason', 'keyCompromise']],
    plant: () => undefined,
    ...{ finding: 'certificate-revoked', severity: 'critical', subject: LEDGER },
  },
  {
    fault: 'a service with a CSR is past its renewal time',
    plant: async world => {
      const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-subj', '/CN=device'];
      const to = (name: string): string => join(world.cwd, name);
      execFileSync('openssl', ['req', ...made, '-keyout', to('device.key'), '-out', to('device.csr')], {
        stdio: 'ignore',
      });
      await world.succeed('issue', 'device', '--csr', to('device.csr'));
      days(world, 12);
      await world.succeed('tick');
      days(world, 9);
      await runSvcauth(world, ['tick']);
    },
    ...{ finding: 'csr-due', severity: 'warning', subject: () => 'device' },
    fill: ({ cwd }) => ({ FILE: join(cwd, 'device.csr') }),
  },
  {
    fault: 'the key of the issuing CA was moved away',
    plant: world => renameSync(key(world), backup(world)),
    ...{ ...CA, finding: 'ca-key-missing' },
    fill: world => ({ BACKUP: backup(world) }),
  },
  {
    fault: 'the key of the issuing CA is that of another CA',
    plant: world => {
      copyFileSync(key(world), backup(world));
      copyFileSync(world.home.authority('root-g1').key, key(world));
    },
    ...{ ...CA, finding: 'ca-key-changed' },
    fill: world => ({ BACKUP: backup(world) }),
  },
  {
    fault: 'the key of the issuing CA is a pipe',
    plant: world => {
      copyFileSync(key(world), backup(world));
      makePipe(key(world));
    },
    ...{ ...CA, finding: 'ca-key-changed' },
    fill: world => ({ BACKUP: backup(world) }),
    outside: world => rmSync(key(world)),
  },
  {
    fault: 'the key of the issuing CA can be read by every account',
    plant: world => chmodSync(key(world), 0o644),
    ...{ ...CA, finding: 'ca-key-readable' },
  },
  {
    fault: 'the certificate of the issuing CA in the home is a look-alike',
    plant: world =>
      copyFileSync(world.home.authority('root-g1').certificate, world.home.authority('issuing-g1').certificate),
    ...{ finding: 'ca-certificate-changed', severity: 'warning', subject: () => 'issuing-g1' },
  },
  {
    fault: 'every account may write to the directory of the CAs',
    plant: ({ home }) => chmodSync(home.authorities, 0o777),
    ...{ ...EXPOSED, subject: ({ home }) => home.authorities },
  },
  {
    fault: 'every account may write to the manifest',
    plant: ({ home }) => chmodSync(home.manifest, 0o666),
    ...{ ...EXPOSED, subject: ({ home }) => home.manifest },
  },
  {
    fault: 'every account may read the manifest',
    plant: ({ home }) => chmodSync(home.manifest, 0o644),
    ...{ finding: 'home-readable', severity: 'warning', subject: ({ home }) => home.manifest },
  },
  {
    fault: 'every account may write to the policy',
    plant: ({ home }) => chmodSync(home.policy, 0o666),
    ...{ ...EXPOSED, subject: ({ home }) => home.policy },
  },
  {
    fault: 'every account may write to the published files in the home',
    plant: ({ home }) => chmodSync(home.public.directory, 0o777),
    ...{ ...EXPOSED, subject: ({ home }) => home.public.directory },
  },
];

function expectStatus(
  expected: number,
  { status, stderr }: { readonly status: number; readonly stderr: string },
): void {
  if (status !== expected) throw new Error(`status ${status} instead of ${expected}: ${stderr}`);
}
