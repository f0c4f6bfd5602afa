/**
 * Runs each command that signs with a wrong clock, then everything at the right time. Is the clock found and repaired, and is a
 * revocation lost? OpenSSL judges. The daily test leaves out clocks that the same rule refuses; `npm run torture` tries every pair.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { splitWords } from '../../src/cli/words.ts';
import { decodeCrl } from '../../src/pki/crl/parsed.ts';
import { sortedEntries } from '../../src/pki/crl/sorted-entries.ts';
import { copyOf, pkiTemplate, type PkiWorld } from '../support/pki/pki.ts';
import { describeWith } from '../support/programs.ts';
import { tempDirectory } from '../support/world/temp-directory.ts';
import { runSvcauth, type Outcome } from '../support/world/world.ts';
import { opensslAccepts } from './openssl.ts';

const [MINUTE, HOUR, DAY] = [60, 3600, 86_400];

/** Seconds between the wrong clock and the right one. */
const CLOCKS = {
  '-100d': -100 * DAY,
  '-1h': -HOUR,
  '-10s': -10,
  '+5min': 5 * MINUTE,
  '+2h': 2 * HOUR,
  '+10d': 10 * DAY,
  '+60d': 60 * DAY,
  '+400d': 400 * DAY,
} as const;

type Clock = keyof typeof CLOCKS;

const SOME: readonly Clock[] = ['-100d', '+2h', '+60d'];
/** Commands that run by themselves, or in an emergency: every clock, every day. */
const USUAL = new Set(['issue', 'renew', 'tick', 'crl refresh', 'revoke']);

/** Findings that a taint leaves until every service has a certificate of another CA. */
const AFTER_TAINT = new Set(['certificate-revoked', 'ca-tainted']);

/** Commands that sign or publish, with what has to be done at the right time before. */
const COMMANDS: Readonly<Record<string, { readonly before?: readonly string[]; readonly argv: string }>> = {
  issue: { argv: 'issue newcomer' },
  renew: { argv: 'renew payments --force' },
  apply: { argv: 'apply -f services.yaml' },
  tick: { argv: 'tick' },
  'crl refresh': { argv: 'crl refresh --force' },
  'crl presign': { argv: 'crl presign --ca root-g1 --every 30d --for 12mo' },
  revoke: { argv: 'revoke ledger' },
  'bundle write': { argv: 'bundle write' },
  'ca extend': { argv: 'ca extend issuing-g1 --lifetime 2y' },
  'ca taint': { argv: 'ca taint issuing-g1 --reason leaked' },
  'ca rotate prepare': { argv: 'ca rotate prepare --tier issuing' },
  'ca rotate publish': { before: ['ca rotate prepare --tier issuing'], argv: 'ca rotate publish --tier issuing' },
  'ca rotate activate': {
    before: ['ca rotate prepare --tier issuing', 'ca rotate publish --tier issuing'],
    argv: 'ca rotate activate --tier issuing',
  },
  'ca rotate drain': {
    before: [
      'ca rotate prepare --tier issuing',
      'ca rotate publish --tier issuing',
      ...['tick', 'tick'],
      'ca rotate activate --tier issuing',
    ],
    argv: 'ca rotate drain --tier issuing',
  },
};

const svcauth = (world: PkiWorld, line: string): Promise<Outcome> =>
  runSvcauth(world, splitWords(line.replace(/^svcauth /, ''))!);

/** Makes a PKI with a docroot and three days of ticks. `victim` was revoked; its certificate is still in its files. */
async function site(): Promise<PkiWorld> {
  const template = await pkiTemplate(
    [],
    [
      ['issue', 'payments'],
      ['issue', 'ledger'],
    ],
  );
  const world = template();
  const policy = readFileSync(world.home.policy, 'utf8');
  writeFileSync(world.home.policy, policy.replace(/# publishTo: .*/, `publishTo: [${join(world.cwd, 'docroot')}]`));
  writeFileSync(join(world.cwd, 'services.yaml'), 'services:\n  - name: payments\n  - name: declared\n');
  for (const name of ['victim', 'mallory']) await world.succeed('issue', name);
  await world.succeed('revoke', 'victim', '--reason', 'keyCompromise');
  for (let day = 0; day < 3; day++) {
    await svcauth(world, 'tick');
    world.now = new Date(world.now.getTime() + DAY * 1000);
  }
  await svcauth(world, 'tick');
  return world;
}

/** Copies a PKI with the directory that it publishes to. */
function copied(from: PkiWorld): PkiWorld {
  const world = copyOf(from);
  const policy = readFileSync(world.home.policy, 'utf8');
  writeFileSync(world.home.policy, policy.replaceAll(from.cwd, world.cwd));
  return world;
}

/** Reads a file that verifiers get. */
const published = ({ home }: PkiWorld, name: string): string => readFileSync(join(home.public.directory, name), 'utf8');

/** Gives the chain that a service presents; of a past version, if it was kept. */
const chainOf = ({ home }: PkiWorld, service: string): string =>
  readFileSync(join(home.service(service), 'current/tls.crt'), 'utf8');

const accepts = (world: PkiWorld, chain: string, now: Date, scratch: string): Promise<boolean> =>
  opensslAccepts(
    { chain, bundle: published(world, 'bundle.pem'), crls: published(world, 'crl-bundle.pem'), now },
    scratch,
  );

const listed = ({ home }: PkiWorld, directory = home.public.directory): readonly string[] =>
  Array.from(sortedEntries(decodeCrl(readFileSync(join(directory, 'crl/issuing-g1.der')))), ({ serial }) => serial);

interface Found {
  readonly findings: readonly { readonly name: string; readonly severity: string; readonly remedy?: string }[];
}

const check = async (world: PkiWorld): Promise<Found['findings']> =>
  (JSON.parse((await svcauth(world, 'check -o json')).stdout) as Found).findings;

const serialOf = (world: PkiWorld, service: string): Promise<string> =>
  world.manifest(manifest => manifest.certificatesOfService(service).at(-1)!.serial);

/** Declares the tests: with every clock for every command, or with some for most. */
export const wrongClocks = (every: boolean): void =>
  describeWith(['openssl'], 'a command that ran with a wrong clock', () => {
    let origin: PkiWorld;
    beforeAll(async () => {
      origin = await site();
    }, 60_000);

    for (const [name, { before = [], argv }] of Object.entries(COMMANDS)) {
      const clocks = every || USUAL.has(name) ? (Object.keys(CLOCKS) as Clock[]) : SOME;
      test(`${name}: found at once at the right time, repaired, and nothing that was revoked is accepted`, async () => {
        const scratch = tempDirectory();
        const base = copied(origin);
        for (const line of before) {
          // a day for each tick: a step waits for its soak
          if (line === 'tick') base.now = new Date(base.now.getTime() + DAY * 1000);
          await base.succeed(...splitWords(line)!);
        }
        const mallory = chainOf(base, 'mallory');
        const victim = await serialOf(base, 'victim');
        for (const clock of clocks) {
          const seconds = CLOCKS[clock];
          const at = `svcauth ${argv} at ${clock}`;
          const world = copied(base);
          const right = new Date(base.now.getTime() + MINUTE * 1000);
          world.now = new Date(right.getTime() + seconds * 1000);
          const { status, stderr } = await svcauth(world, argv);
          expect(stderr, at).not.toMatch(/ERR_UNEXPECTED|ERR_LINT/);
          // an emergency while the clock is wrong
          {
            const emergency = copied(world);
            const revoked = await svcauth(emergency, 'revoke mallory --all --reason keyCompromise');
            expect(revoked.stderr, `${at}, then revoke`).not.toMatch(/ERR_/);
            expect(listed(emergency), `${at}, then revoke`).toEqual(
              expect.arrayContaining([victim, await serialOf(base, 'mallory')]),
            );
            expect(await accepts(emergency, mallory, right, scratch), `${at}, then revoke: mallory`).toBe(false);
            if (name === 'tick' && (Math.abs(seconds) > 5 * DAY || seconds <= -HOUR)) {
              expect(await accepts(emergency, chainOf(base, 'payments'), right, scratch), `${at}: CRLs`).toBe(true);
            }
          }
          world.now = right;
          const found = await check(world);
          if (stderr.includes('ERR_CLOCK_BEHIND')) {
            // nothing was changed
            expect(found, at).toEqual(await check(base));
            continue;
          }
          const good = await accepts(world, chainOf(world, 'payments'), right, scratch);
          if (!good) expect(found, at).toContainEqual(expect.objectContaining({ severity: 'critical' }));
          // an emergency at the right time
          const urgent = await svcauth(world, 'revoke mallory --all --reason keyCompromise');
          expect(urgent.stderr, `${at}, at the right time`).not.toMatch(/ERR_/);
          expect(await accepts(world, mallory, right, scratch), `${at}: mallory`).toBe(false);

          const tick = await svcauth(world, 'tick');
          if (tick.stderr.includes('ERR_CLOCK_BEHIND')) {
            expect(found[0], at).toMatchObject({ name: 'clock-behind', severity: 'critical' });
            await svcauth(world, found[0]!.remedy!);
          }
          for (const { remedy, severity, name: finding } of await check(world)) {
            if (severity === 'critical' && finding.endsWith('not-yet-valid')) await svcauth(world, remedy!);
          }
          await svcauth(world, 'tick');
          const left = (await check(world)).filter(
            ({ severity, name: finding }) =>
              severity === 'critical' && !(name === 'ca taint' && AFTER_TAINT.has(finding)),
          );
          expect(left, `${at}, status ${status}`).toEqual([]);
          // a taint alone revokes nothing
          expect(await accepts(world, chainOf(world, 'payments'), right, scratch), `${at}: payments`).toBe(true);
          expect(await accepts(world, mallory, right, scratch), `${at}: mallory in the end`).toBe(false);
          expect(listed(world), at).toEqual(expect.arrayContaining([victim, await serialOf(base, 'mallory')]));
          expect(listed(world, join(world.cwd, 'docroot')), `${at}: the docroot`).toEqual(listed(world));
        }
      }, 120_000);
    }
  });
