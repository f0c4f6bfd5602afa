import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodePem } from '../../src/pki/pem.ts';
import { loadTrustStore } from '../../src/pki/path/trust-store.ts';
import { readPathCertificate } from '../../src/pki/path/path-certificate.ts';
import { validatePath } from '../../src/pki/path/validate-path.ts';
import { copyOf, pkiTemplate, pkiWorld, type PkiWorld } from '../support/pki/pki.ts';
import { runUntil, tellingMoments } from '../support/world/power-failure.ts';
import { servedSerial } from '../support/service-state.ts';
import { runSvcauth } from '../support/world/world.ts';

type Tier = 'issuing' | 'root';

const DAY = 86_400_000;
const DAYS = { prepare: 0, publish: 0, activate: 1, drain: 1, retire: 32, rollback: 1 } as const;
type Step = keyof typeof DAYS;
const ORDER: readonly Step[] = ['prepare', 'publish', 'activate', 'drain'];

/** Each step with the steps before it. */
const CASES: readonly (readonly [name: string, step: Step, before: readonly Step[]])[] = [
  ['prepare', 'prepare', []],
  ['publish', 'publish', ORDER.slice(0, 1)],
  ['activate', 'activate', ORDER.slice(0, 2)],
  ['drain', 'drain', ORDER.slice(0, 3)],
  ['retire', 'retire', ORDER],
  ['rollback of a prepared CA', 'rollback', ORDER.slice(0, 1)],
  ['rollback of a published CA', 'rollback', ORDER.slice(0, 2)],
  ['rollback of an activated CA', 'rollback', ORDER.slice(0, 3)],
  ['rollback while the old CA drains', 'rollback', ORDER],
  ['retire after a rollback', 'retire', [...ORDER, 'rollback']],
];

const argvOf = (step: Step, tier: Tier) => ['ca', 'rotate', step, '--tier', tier];
const SERVICES = ['payments', 'ledger'];
const ISSUE = SERVICES.map(service => ['issue', service]);

const ders = (path: string) => decodePem(readFileSync(path, 'utf8')).map(({ der }) => der);
const servedSerials = ({ home }: PkiWorld) => SERVICES.map(name => servedSerial(home.service(name)));

/** Checks that every service accepts every other, with its files on disk and the published CRLs. */
function everyoneIsAccepted({ home, now }: PkiWorld): void {
  const directories = SERVICES.map(name => join(home.service(name), 'current'));
  const crls = ders(home.public.crlBundle);
  for (const verifier of directories) {
    for (const anchors of [ders(join(verifier, 'ca.crt')), ders(home.public.bundlePem)]) {
      for (const peer of directories) {
        const [leaf, ...chain] = ders(join(peer, 'tls.crt'));
        const store = loadTrustStore({ anchors, intermediates: chain, crls });
        const verdict = validatePath(readPathCertificate(leaf!), store, { now, purpose: 'server' });
        expect(verdict.accepted ? '' : `${verdict.reason.message} (${peer} by ${verifier})`).toBe('');
      }
    }
  }
}

/** Moves time to a step; once the successor issues, one service has a certificate of it. */
async function travel(world: PkiWorld, steps: readonly Step[], tier: Tier, to: Step): Promise<void> {
  const start = world.now.getTime();
  for (const step of steps) {
    world.now = new Date(start + DAYS[step] * DAY);
    await world.succeed(...argvOf(step, tier));
    if (step === 'activate') await world.succeed('renew', 'ledger', '--force');
  }
  if (to === 'retire') for (const argv of ISSUE) await world.succeed(...argv);
  world.now = new Date(start + DAYS[to] * DAY);
  await world.succeed('crl', 'refresh');
  // certificates that expire meanwhile are renewed, and the old CA has no valid certificate left
  if (to === 'retire') for (const argv of ISSUE) await world.succeed(...argv);
}

/** Checks that a tier has its two CAs, its keys in their recorded places, and no action reported twice. */
async function requireWhole(world: PkiWorld, tier: Tier): Promise<void> {
  await world.manifest(manifest => {
    const authorities = manifest.authorities();
    expect(authorities.filter(each => each.tier === tier)).toHaveLength(2);
    for (const { id, keyLocation } of authorities) {
      expect(existsSync(world.home.authority(id).key)).toBe(keyLocation === 'file');
    }
    const told = [...manifest.auditRecords()].filter(({ action }) => action.startsWith('rotation.'));
    expect(new Set(told.map(({ action }) => action)).size).toBe(told.length);
  });
}

async function requireGood(world: PkiWorld): Promise<void> {
  await world.succeed('crl', 'verify');
  await world.succeed('audit', 'verify');
}

describe.each(['issuing', 'root'] as const)('the %s rotation', tier => {
  test.each(CASES)(
    'the next run finishes a step of the rotation after a power failure: %s',
    { timeout: 240_000 },
    async (_, step, before) => {
      const first = (await pkiTemplate([], ISSUE))();
      await travel(first, before, tier, step);
      const argv = argvOf(step, tier);
      const whole = copyOf(first);
      const moments = await tellingMoments(whole, argv);
      await requireGood(whole);
      for (const moment of moments) {
        const world = copyOf(first);
        const serials = servedSerials(world);
        const { status, stderr } = await runUntil(world, moment, argv);
        expect(status, `moment ${moment}: ${stderr}`).toBe(1);
        everyoneIsAccepted(world);

        await world.succeed(...argv);
        everyoneIsAccepted(world);
        expect(servedSerials(world)).toEqual(serials);
        await requireWhole(world, tier);
        expect(await world.succeed(...argv)).toMatch(/^unchanged /);
      }
    },
  );
});

describe('an offline root', () => {
  const offline = async (): Promise<PkiWorld> => {
    const world = pkiWorld();
    mkdirSync(join(world.cwd, 'usb'));
    const flags = ['--key-protection', 'none', '--root-key-out', 'usb/root-g1.key'];
    await world.succeed('ca', 'init', '--trust-domain', 'example.org', ...flags);
    for (const argv of ISSUE) await world.succeed(...argv);
    return world;
  };
  const prepare = [...argvOf('prepare', 'root'), '--root-key-out', 'usb/root-g2.key'];

  test(
    'an offline root gets a successor with a complete key after any power failure',
    { timeout: 240_000 },
    async () => {
      const first = await offline();
      for (const moment of await tellingMoments(copyOf(first), prepare)) {
        const world = copyOf(first);
        expect((await runUntil(world, moment, prepare)).status).toBe(1);
        everyoneIsAccepted(world);

        let key = 'usb/root-g2.key';
        const again = await runSvcauth(world, prepare);
        if (again.stderr.includes('ERR_ROOT_KEY_OUT')) {
          // the operator does not have that key yet, and svcauth never overwrites an existing file
          key = 'usb/root-g2-again.key';
          await world.succeed(...argvOf('prepare', 'root'), '--root-key-out', key);
        } else if (again.stderr.includes('ERR_ROTATION_KEY_NEEDED')) {
          await world.succeed(...prepare, '--root-key', key);
        } else expect(again.status, again.stderr).toBe(0);
        const certificate = new X509Certificate(readFileSync(world.home.authority('root-g2').certificate));
        expect(certificate.checkPrivateKey(createPrivateKey(readFileSync(join(world.cwd, key))))).toBe(true);
        await requireWhole(world, 'root');
        everyoneIsAccepted(world);
        expect(await world.succeed(...prepare)).toMatch(/^unchanged /);
      }
    },
  );

  test('an offline root is retired with its last CRL after any power failure', { timeout: 240_000 }, async () => {
    const first = await offline();
    const start = first.now.getTime();
    await first.succeed(...prepare);
    for (const step of ['publish', 'activate', 'drain'] as const) {
      first.now = new Date(start + DAYS[step] * DAY);
      const keys = step === 'activate' ? ['--root-key', 'usb/root-g2.key'] : [];
      await first.succeed(...argvOf(step, 'root'), ...keys);
    }
    first.now = new Date(start + 3 * DAY);
    const argv = [...argvOf('retire', 'root'), '--root-key', 'usb/root-g1.key'];
    const whole = copyOf(first);
    const moments = await tellingMoments(whole, argv);
    await requireGood(whole);
    for (const moment of moments) {
      const world = copyOf(first);
      expect((await runUntil(world, moment, argv)).status).toBe(1);
      everyoneIsAccepted(world);
      await world.succeed(...argv);
      everyoneIsAccepted(world);
      await requireWhole(world, 'root');
      expect(existsSync(join(world.cwd, 'usb/root-g1.key'))).toBe(true);
    }
  });
});

test('a full disk after a step is recorded ends with status 5, and the message says what is pending', async () => {
  const world = (await pkiTemplate([], ISSUE))();
  await world.succeed(...argvOf('prepare', 'issuing'));
  const argv = argvOf('publish', 'issuing');
  const { transactions } = await runUntil(copyOf(world), undefined, argv, 'disk-full');
  const ends = [];
  for (const moment of transactions.slice(-4)) {
    const copy = copyOf(world);
    const { status, stderr } = await runUntil(copy, moment, argv, 'disk-full');
    ends.push([status, /ERR_[A-Z_]+/.exec(stderr)?.[0]]);
    await copy.succeed(...argv);
  }
  // the first transaction records the step
  expect(ends).toEqual([[1, 'ERR_MANIFEST_ACCESS'], ...Array.from({ length: 3 }, () => [5, 'ERR_SPREAD_PENDING'])]);
});
