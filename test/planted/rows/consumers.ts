import { setPolicy } from '../site.ts';
import type { PkiWorld } from '../../support/pki/pki.ts';
import { runSvcauth } from '../../support/world/world.ts';
import type { PlantedFault } from '../planted-fault.ts';

const later = (world: PkiWorld, days: number): void => {
  world.now = new Date(world.now.getTime() + days * 86_400_000);
};

const failing: PkiWorld['runHook'] = () =>
  Promise.resolve({ outcome: 'failed', reason: 'exit status 1', output: '', duration: 1 });

const succeeding: PkiWorld['runHook'] = () => Promise.resolve({ outcome: 'succeeded', output: '', duration: 1 });

const repaired = (world: PkiWorld): void => void (world.runHook = succeeding);

/** Runs a tick whose findings do not matter. */
const tick = async (world: PkiWorld): Promise<void> => void (await runSvcauth(world, ['tick']));

/** Faults of programs that load published trust. */
export const CONSUMERS: readonly PlantedFault[] = [
  {
    fault: 'the hook that reloads a server fails when a CRL was refreshed',
    plant: async world => {
      world.runHook = failing;
      later(world, 4);
      await tick(world);
    },
    finding: 'consumer-pending',
    severity: 'warning',
    subject: () => 'reload-server',
    outside: repaired,
  },
  {
    fault: 'the hook that reloads a server has failed since its CRL was new',
    plant: async world => {
      world.runHook = failing;
      for (let day = 1; day <= 11; day++) {
        later(world, 1);
        await tick(world);
      }
    },
    finding: 'trust-not-loaded',
    severity: 'critical',
    subject: () => 'reload-server',
    outside: repaired,
  },
  {
    fault: 'the hook that reloads a server fails after a revocation',
    plant: async world => {
      world.runHook = failing;
      await runSvcauth(world, ['issue', 'stolen']);
      later(world, 0.01);
      await runSvcauth(world, ['revoke', 'stolen']);
    },
    finding: 'trust-not-loaded',
    severity: 'critical',
    subject: () => 'reload-server',
    outside: repaired,
    // the revoked service has no good certificate
    remaining: ['certificate-revoked', 'deployment-pending'],
  },
  {
    fault: 'no operator has reloaded an appliance for ten days',
    plant: async world => {
      setPolicy(world, { consumers: [{ name: 'appliance', reload: 'manual' }] });
      await world.succeed('reload', 'appliance', '--done');
      for (let day = 1; day <= 11; day++) {
        later(world, 1);
        await tick(world);
      }
    },
    finding: 'trust-not-loaded',
    severity: 'critical',
    subject: () => 'appliance',
  },
  {
    fault: 'an appliance was never reported as reloaded',
    plant: world => setPolicy(world, { consumers: [{ name: 'appliance', reload: 'manual' }] }),
    finding: 'consumer-pending',
    severity: 'warning',
    subject: () => 'appliance',
  },
  {
    fault: 'services have no hook, and their programs still have the CRL of their first day',
    plant: async world => {
      setPolicy(world, { 'deployment.hooks': [] });
      for (let day = 1; day <= 11; day++) {
        later(world, 1);
        await tick(world);
      }
    },
    finding: 'trust-not-loaded',
    severity: 'critical',
    subject: () => 'undeclared',
  },
];
