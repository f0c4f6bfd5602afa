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
      // early, so that nothing else is due
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
];
