import type { PlantedFault } from '../planted-fault.ts';

/** Faults that the records of the manifest alone show. */
export const RECORDS: readonly PlantedFault[] = [
  {
    fault: 'nobody ran svcauth for two weeks, and the CRL of the issuing CA has expired',
    plant: world => void (world.now = new Date(world.now.getTime() + 15 * 86_400_000)),
    finding: 'crl-stale',
    severity: 'critical',
    subject: () => 'issuing-g1',
  },
];
