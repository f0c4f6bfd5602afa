import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { scriptedHooks } from '../support/deployment.ts';
import { pkiTemplate, type PkiWorld } from '../support/pki/pki.ts';
import { runUntil } from '../support/world/power-failure.ts';
import { servedSerial } from '../support/service-state.ts';
import { treeDigest } from '../support/world/tree-digest.ts';

/** A request whose key was not kept. */
const CSR = `-----BEGIN CERTIFICATE REQUEST-----
MIG5MGICAQAwADBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABCTF4VsSj3rKvbJS
7TTAw1Eq+NH8nNRkla9SqO4ZIGaLtlQc40ADARTlrQTEpgzxPuej9yO6eherUl5I
tgLERwegADAKBggqhkjOPQQDAgNHADBEAiAVex7xp/SHglrbPy1Wx5h/7NNQihbr
yQpZQpIGAZYODwIgX45K/lcLu2GpMvKWsNZiuMH5oV/4T/IZ55A/cQHk0A0=
-----END CERTIFICATE REQUEST-----
`;
const LIST = 'service,dns\npayments,payments.example.org\nledger,ledger.example.org\nweb,\n';

interface Case {
  readonly name: string;
  /** Command line that issued before, if any. */
  readonly before: readonly (readonly string[])[];
  readonly argv: readonly string[];
  /** Hooks of the policy, as YAML. */
  readonly hooks?: string;
  /** Services that `argv` asks for, with their expected DNS names. */
  readonly wanted: Readonly<Record<string, readonly string[]>>;
}

const CASES: readonly Case[] = [
  {
    name: 'issuing for a new service',
    before: [],
    argv: ['issue', 'payments', '--dns', 'payments.example.org'],
    wanted: { payments: ['payments.example.org'] },
  },
  {
    name: 'issuing for a service with a hook',
    before: [],
    argv: ['issue', 'payments'],
    hooks: '[[systemctl, reload, payments]]',
    wanted: { payments: [] },
  },
  {
    name: 'issuing again with another name',
    before: [
      ['issue', 'payments', '--dns', 'old.example.org'],
      ['issue', 'payments', '--dns', 'older.example.org'],
    ],
    argv: ['issue', 'payments', '--dns', 'payments.example.org'],
    wanted: { payments: ['payments.example.org'] },
  },
  {
    name: 'issuing a list with one existing service',
    before: [['issue', 'ledger', '--ttl', '5d']],
    argv: ['issue', '--from', 'list.csv'],
    wanted: { payments: ['payments.example.org'], ledger: ['ledger.example.org'], web: [] },
  },
  {
    name: 'issuing for a CSR into a separate directory',
    before: [],
    argv: ['issue', 'payments', '--csr', 'payments.csr', '--out', 'tls'],
    wanted: { payments: [] },
  },
];

describe.each(CASES)('$name', ({ before, argv, hooks = '[]', wanted }) => {
  let fresh: () => PkiWorld;
  beforeAll(async () => {
    const template = await pkiTemplate([], before);
    fresh = () => {
      const world = template();
      const policy = readFileSync(world.home.policy, 'utf8');
      writeFileSync(world.home.policy, policy.replace(/^  hooks: \[\]$/m, `  hooks: ${hooks}`));
      world.runHook = scriptedHooks({}).runHook;
      writeFileSync(join(world.cwd, 'list.csv'), LIST);
      writeFileSync(join(world.cwd, 'payments.csr'), CSR);
      return world;
    };
  });
  const directory = (world: PkiWorld, service: string): string =>
    argv.includes('--out') ? join(world.cwd, 'tls') : world.home.service(service);
  const services = Object.keys(wanted);
  const serve = (world: PkiWorld) => services.map(service => servedSerial(directory(world, service)));

  test('a power failure at any step of issue leaves old or new files with known serials, and the next run finishes', async () => {
    for (let moment = 1, ended = false; !ended; moment++) {
      const world = fresh();
      const old = serve(world);
      const { status, moments } = await runUntil(world, moment, argv);
      ended = moments < moment;
      expect(status, `moment ${moment}`).toBe(ended ? 0 : 1);

      await world.manifest(manifest => {
        for (const [index, serial] of serve(world).entries()) {
          if (serial === old[index]) continue;
          // the served certificate is recorded as issued, never as an intent
          expect(manifest.certificate(serial!)).toMatchObject({ state: 'current', service: services[index] });
        }
        for (const service of services) {
          const versions = join(directory(world, service), 'versions');
          for (const serial of list(versions)) expect(manifest.certificate(serial)?.service).toBe(service);
        }
      });

      const interrupted = await world.manifest(manifest => manifest.intents().map(({ serial }) => serial));
      await world.succeed(...argv);
      const now = serve(world);
      await world.manifest(manifest => {
        for (const [index, service] of services.entries()) {
          const { spec, currentSerial } = manifest.service(service)!;
          expect(currentSerial).toBe(now[index]);
          expect(spec.dns).toEqual(wanted[service]);
          expect(manifest.deployment(service)).toMatchObject({ serial: now[index], state: 'deployed' });
          const all = manifest.certificatesOfService(service);
          expect(new Set(all.map(({ serial }) => serial)).size).toBe(all.length);
          expect(all.filter(({ state }) => state === 'current').map(({ serial }) => serial)).toEqual([now[index]]);
          expect(dnsNames(all.find(({ serial }) => serial === now[index])!.der!)).toEqual(wanted[service]);
          // the previous certificate may still be in use; no other file is left
          const left = list(join(directory(world, service), 'versions'));
          expect(left.filter(serial => serial !== now[index] && serial !== old[index]).length).toBeLessThanOrEqual(1);
          expect(list(directory(world, service))).toEqual(['current', 'versions']);
        }
        expect(manifest.intents().map(({ serial }) => serial)).toEqual(interrupted);
      });

      const again = await world.succeed(...argv);
      expect(
        again
          .split('\n')
          .filter(line => line !== '')
          .every(line => line.startsWith('unchanged')),
      ).toBe(true);
      expect(serve(world)).toEqual(now);
    }
  });

  test('a full disk at any step of issue leaves all files old or all new, and the error reports which', async () => {
    for (let moment = 1, ended = false; !ended; moment++) {
      const world = fresh();
      const [files, old] = [treeDigest(world.cwd), serve(world)];
      const { status, stderr, moments } = await runUntil(world, moment, argv, 'disk-full');
      ended = moments < moment;
      const [filesNow, now] = [treeDigest(world.cwd), serve(world)];
      const at = `moment ${moment}`;
      if (status === 0) {
        // a file that cannot be removed is not a failure
        for (const [index, serial] of now.entries()) expect(serial, at).not.toBe(old[index]);
      } else if (status === 5) {
        expect(stderr, at).toMatch(
          /may not be in place yet.* \[ERR_ISSUE_PARTIAL\]|\[ERR_(DEPLOYMENT_PENDING|LOCK_LOST)\]/,
        );
        const states = await world.manifest(manifest => services.map(name => manifest.deployment(name)?.state));
        expect(states, at).toContain('pending');
      } else {
        expect(status).toBe(1);
        expect(withoutManifest(filesNow), at).toEqual(withoutManifest(files));
        const { length } = await world.manifest(manifest => manifest.intents());
        expect(stderr).toContain(length > 0 ? '[ERR_ISSUE_FAILED]' : 'no space is left on the disk');
      }
      if (status !== 0) await world.succeed(...argv);
      expect(await world.succeed(...argv)).toMatch(/^(unchanged .*\n)+$/);
    }
  });
});

const withoutManifest = ({ '.svcauth/manifest.db': _, ...files }: Readonly<Record<string, string>>) => files;

const dnsNames = (der: Uint8Array): string[] =>
  (new X509Certificate(der).subjectAltName ?? '').split(', ').flatMap(name => /^DNS:(.*)$/.exec(name)?.[1] ?? []);

const list = (path: string): string[] => {
  try {
    return readdirSync(path).sort();
  } catch {
    return [];
  }
};
