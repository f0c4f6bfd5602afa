import type { PkiWorld } from '../../support/pki/pki.ts';
import type { PlantedFault } from '../planted-fault.ts';

const DAY = 86_400;

const wait = (world: PkiWorld, seconds: number): void => {
  world.now = new Date(world.now.getTime() + seconds * 1000);
};

/** Runs commands with another clock, then sets it right. */
const withClock = async (world: PkiWorld, seconds: number, ...lines: readonly (readonly string[])[]): Promise<void> => {
  wait(world, seconds);
  for (const argv of lines) await world.succeed(...argv);
  wait(world, -seconds);
};

/** Lets three days pass with a tick a day. */
const days = async (world: PkiWorld): Promise<void> => {
  for (let day = 0; day < 3; day++) {
    wait(world, DAY);
    await world.succeed('tick', '--fail-on', 'never');
  }
};

/** Faults of clocks. */
export const CLOCKS: readonly PlantedFault[] = [
  {
    fault: 'a tick ran with a clock that was two months ahead',
    plant: world => withClock(world, 60 * DAY, ['tick', '--fail-on', 'never']),
    finding: 'clock-behind',
    severity: 'critical',
    subject: ({ home }) => home.directory,
  },
  {
    fault: 'a certificate was renewed with a clock that was five minutes ahead',
    plant: world => withClock(world, 300, ['renew', 'payments', '--force']),
    finding: 'certificate-not-yet-valid',
    severity: 'critical',
    subject: () => 'payments',
  },
  {
    fault: 'a CRL was signed with a clock that was five minutes ahead',
    plant: world => withClock(world, 300, ['crl', 'refresh', '--ca', 'issuing-g1', '--force']),
    finding: 'crl-not-yet-valid',
    severity: 'critical',
    subject: () => 'issuing-g1',
  },
  {
    fault: 'the clock jumped ahead by ten days',
    plant: async world => {
      await days(world);
      wait(world, 10 * DAY);
    },
    finding: 'clock-jumped',
    severity: 'warning',
    subject: ({ home }) => home.directory,
  },
];
