import type { PkiWorld } from '../../support/pki/pki.ts';
import { runSvcauth } from '../../support/world/world.ts';
import type { PlantedFault } from '../planted-fault.ts';
import { setPolicy } from '../site.ts';

const DAY = 86_400_000;
const later = (world: PkiWorld, days: number): void => {
  world.now = new Date(world.now.getTime() + days * DAY);
};

/** Lets `tick` run every five days, and at the end. */
async function live(world: PkiWorld, days: number): Promise<void> {
  for (let left = days; left > 0; left -= 5) {
    later(world, Math.min(left, 5));
    await runSvcauth(world, ['tick']);
  }
}

const byHand = (world: PkiWorld): void => setPolicy(world, { 'rotation.issuing': 'manual' });
const rotate = (world: PkiWorld, step: string) => world.succeed('ca', 'rotate', step, '--tier', 'issuing');
const ISSUING = () => 'issuing';

/** Rotations that no operator continues, and the certificates that depend on them. */
export const ROTATIONS: readonly PlantedFault[] = [
  {
    fault: 'the first step of a rotation is due, and operators rotate this CA',
    plant: async world => {
      byHand(world);
      await live(world, 321);
    },
    ...{ finding: 'rotation-due', severity: 'warning', subject: ISSUING },
  },
  {
    fault: 'nobody rotated the issuing CA, and renewals will be refused',
    plant: async world => {
      byHand(world);
      await live(world, 335);
    },
    ...{ finding: 'rotation-due', severity: 'critical', subject: ISSUING },
  },
  {
    fault: 'a rotation was prepared and then forgotten',
    plant: async world => {
      byHand(world);
      await rotate(world, 'prepare');
      await live(world, 10);
    },
    ...{ finding: 'rotation-stalled', severity: 'warning', subject: ISSUING },
  },
  {
    fault: 'a rotation was left half-way for a month, after drain',
    plant: async world => {
      byHand(world);
      await rotate(world, 'prepare');
      await rotate(world, 'publish');
      await runSvcauth(world, ['tick']);
      later(world, 2);
      await runSvcauth(world, ['tick']);
      await rotate(world, 'activate');
      await rotate(world, 'drain');
      await live(world, 45);
    },
    ...{ finding: 'rotation-stalled', severity: 'warning', subject: ISSUING },
  },
  {
    fault: 'tick stopped for ten days after it had prepared a CA',
    plant: async world => {
      await live(world, 320);
      later(world, 10);
    },
    ...{ finding: 'rotation-stalled', severity: 'warning', subject: ISSUING },
    // the certificates and the CRLs that were due in these days
    remaining: ['certificate-expiring', 'crl-expiring'],
  },
  {
    fault: 'a retired CA left its key in the home for a month',
    plant: async world => {
      await live(world, 390);
    },
    ...{ finding: 'key-destroyable', severity: 'warning', subject: () => 'issuing-g1' },
  },
  {
    fault: 'the issuing CA has expired',
    plant: async world => {
      byHand(world);
      later(world, 366);
    },
    ...{ finding: 'ca-expired', severity: 'critical', subject: () => 'issuing-g1' },
    // nothing was renewed for a year, and the next tick runs the hooks for the new chain
    remaining: [
      'deployment-pending',
      'certificate-expired',
      'crl-stale',
      'rotation-due',
      'ca-expiring',
      'clock-jumped',
      'files-unverified',
    ],
  },
];
