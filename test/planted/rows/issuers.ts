import { join } from 'node:path';
import {
  adoptPolicyCa,
  certifyIssuing,
  chainFile,
  giveAway,
  heldCa,
  renewedCa,
  type HeldCa,
} from '../../support/pki/holder.ts';
import type { PkiWorld } from '../../support/pki/pki.ts';
import { runSvcauth } from '../../support/world/world.ts';
import type { PlantedFault } from '../planted-fault.ts';
import { setPolicy } from '../site.ts';
import { crlOf } from './published.ts';

const DAY = 86_400;
const wait = (world: PkiWorld, seconds: number): void =>
  void (world.now = new Date(world.now.getTime() + seconds * 1000));

/** Runs commands with another clock, sets it right, and accepts it. */
async function withClock(world: PkiWorld, seconds: number, ...lines: readonly (readonly string[])[]): Promise<void> {
  wait(world, seconds);
  for (const argv of lines) await world.succeed(...argv);
  wait(world, -seconds);
  // it cannot renew, and says so
  await runSvcauth(world, ['tick', '--force-clock', '--fail-on', 'never']);
}

/** Has our issuing CA certified by a policy CA below a root of a company. Returns both. */
async function belowPolicy(world: PkiWorld): Promise<{ readonly root: HeldCa; readonly policy: HeldCa }> {
  const root = await giveAway(world);
  wait(world, DAY);
  const policy = await heldCa(world, 'Corporate Policy', [-0.5, 470], root);
  await adoptPolicyCa(world, policy, await certifyIssuing(world, 'issuing-g1', policy, [-0.5, 460]));
  await world.succeed('crl', 'import', crlOf(world, join(world.cwd, 'policy.crt'), join(world.cwd, 'policy.key'), ''));
  return { root, policy };
}

/** Has a successor wait for the certificate of the holder, long before it is due. */
async function requested(world: PkiWorld): Promise<void> {
  setPolicy(world, { 'rotation.issuing': 'manual' });
  held.set(world, await giveAway(world));
  await world.succeed('ca', 'rotate', 'prepare', '--tier', 'issuing');
  wait(world, DAY);
  await world.succeed('check');
}

/** Renews what is due, and imports the CRL that the holder makes. */
async function heard(world: PkiWorld): Promise<void> {
  const key = join(world.cwd, 'held-root.key');
  await world.succeed('crl', 'import', crlOf(world, world.home.authority('root-g1').certificate, key, ''));
  await runSvcauth(world, ['tick', '--force-clock', '--fail-on', 'never']);
}

const held = new WeakMap<PkiWorld, HeldCa>();
const CERTIFIED = {
  subject: () => 'issuing-g2',
  outside: async (world: PkiWorld) => void (await certifyIssuing(world, 'issuing-g2', held.get(world)!, [-0.5, 400])),
  fill: () => ({ CERT: 'issuing-g2-400.crt' }),
  // the steps that follow are due
  remaining: ['rotation-stalled'],
} as const;

/** CAs that begin in the future, and CAs of others that expire. */
export const ISSUERS: readonly PlantedFault[] = [
  {
    fault: 'the issuing CA was extended with a clock that was two months ahead',
    plant: world => withClock(world, 60 * DAY, ['ca', 'extend', 'issuing-g1', '--lifetime', '400d']),
    finding: 'ca-not-yet-valid',
    severity: 'critical',
    subject: () => 'issuing-g1',
    // the hooks for the new chain run at the next tick
    remaining: ['deployment-pending'],
  },
  {
    fault: 'the policy CA above ours expires soon, and its holder has renewed it',
    plant: async world => {
      const { root, policy } = await belowPolicy(world);
      // early: nothing else is due yet
      setPolicy(world, { 'check.caWarning': '99%', 'rotation.issuing': 'manual' });
      wait(world, 5 * DAY);
      await runSvcauth(world, ['tick', '--fail-on', 'never']);
      const next = await renewedCa(world, policy, [-0.5, 3000], root);
      chainFile(world, 'next.pem', [next, root]);
      await certifyIssuing(world, 'issuing-g1', next, [-0.5, 2000]);
    },
    finding: 'ca-expiring',
    severity: 'warning',
    subject: () => 'policy-g1',
    fill: () => ({ CERT: 'issuing-g1-2000.crt', CHAIN: 'next.pem' }),
    // its holder also sends its CRL, and the hooks for the new chain run at the next tick
    remaining: ['crl-missing', 'deployment-pending'],
  },
  {
    fault: 'the holder of the root has not certified our successor when the first step is due',
    plant: async world => {
      await requested(world);
      wait(world, 322 * DAY);
      await heard(world);
    },
    finding: 'ca-pending',
    severity: 'warning',
    ...CERTIFIED,
  },
  {
    fault: 'the holder of the root has not certified our successor, and renewals will be refused',
    plant: async world => {
      await requested(world);
      wait(world, 340 * DAY);
      await heard(world);
    },
    finding: 'ca-pending',
    severity: 'critical',
    ...CERTIFIED,
    // nothing renewed them for a year, and the old CA cannot any longer
    remaining: ['rotation-stalled', 'certificate-expired'],
  },
];
