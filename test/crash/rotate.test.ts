import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodePem } from '../../src/pki/pem.ts';
import { loadTrustStore } from '../../src/pki/path/trust-store.ts';
import { readPathCertificate } from '../../src/pki/path/path-certificate.ts';
import { validatePath } from '../../src/pki/path/validate-path.ts';
import { copyOf, pkiTemplate, type PkiWorld } from '../support/pki.ts';
import { runUntil } from '../support/power-failure.ts';
import { servedSerial } from '../support/service-state.ts';

type Tier = 'issuing' | 'root';

const DAY = 86_400_000;
const DAYS = { prepare: 0, publish: 0, activate: 1, drain: 1, retire: 32, rollback: 1 } as const;
type Step = keyof typeof DAYS;
const BEFORE: Readonly<Record<Step, readonly Step[]>> = {
  prepare: [],
  publish: ['prepare'],
  activate: ['prepare', 'publish'],
  drain: ['prepare', 'publish', 'activate'],
  retire: ['prepare', 'publish', 'activate', 'drain'],
  rollback: ['prepare', 'publish', 'activate'],
};
const argvOf = (step: Step, tier: Tier) => ['ca', 'rotate', step, '--tier', tier];

const ders = (path: string) => decodePem(readFileSync(path, 'utf8')).map(({ der }) => der);

/** Every service is accepted by every other: with its files as they lie there, and the CRLs that are published. */
function everyoneIsAccepted({ home, now }: PkiWorld): void {
  const directories = ['payments', 'ledger'].map(name => join(home.service(name), 'current'));
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

async function travel(world: PkiWorld, steps: readonly Step[], tier: Tier, to: Step): Promise<void> {
  const start = world.now.getTime();
  for (const step of steps) {
    world.now = new Date(start + DAYS[step] * DAY);
    await world.succeed(...argvOf(step, tier));
  }
  if (to === 'retire') for (const service of ['payments', 'ledger']) await world.succeed('issue', service);
  world.now = new Date(start + DAYS[to] * DAY);
  await world.succeed('crl', 'refresh');
  // what ends in between is renewed, and the old CA has nothing left that is good
  if (to === 'retire') for (const service of ['payments', 'ledger']) await world.succeed('issue', service);
}

describe.each(['issuing', 'root'] as const)('the %s rotation', tier => {
  test.each(Object.keys(DAYS) as Step[])(
    'ends well wherever the power fails in it: %s',
    { timeout: 180_000 },
    async step => {
      const template = await pkiTemplate(
        [],
        [
          ['issue', 'payments'],
          ['issue', 'ledger'],
        ],
      );
      const first = template();
      await travel(first, BEFORE[step], tier, step);
      for (let moment = 1, ended = false; !ended; moment++) {
        const world = copyOf(first);
        const serials = ['payments', 'ledger'].map(name => servedSerial(world.home.service(name)));
        const { status, moments, stderr } = await runUntil(world, moment, argvOf(step, tier));
        ended = moments < moment;
        expect(status, `moment ${moment}: ${stderr}`).toBe(ended ? 0 : 1);
        everyoneIsAccepted(world);

        await world.succeed(...argvOf(step, tier));
        everyoneIsAccepted(world);
        expect(['payments', 'ledger'].map(name => servedSerial(world.home.service(name)))).toEqual(serials);
        await world.manifest(manifest => {
          const authorities = manifest.authorities();
          expect(authorities.filter(each => each.tier === tier)).toHaveLength(2);
          for (const { id, keyLocation } of authorities) {
            expect(existsSync(world.home.authority(id).key)).toBe(keyLocation === 'file');
          }
          const told = [...manifest.auditRecords()].filter(({ action }) => action.startsWith('rotation.'));
          expect(new Set(told.map(({ action }) => action)).size).toBe(told.length);
        });
        expect(await world.succeed(...argvOf(step, tier))).toMatch(/^unchanged /);
        if (!ended) continue;
        await world.succeed('crl', 'verify');
        await world.succeed('audit', 'verify');
      }
    },
  );
});
