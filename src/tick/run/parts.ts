import type { TickPart } from './part.ts';
import { addresses } from './part/addresses.ts';
import { consumers } from './part/consumers.ts';
import { crls } from './part/crls.ts';
import { deployment } from './part/deployment.ts';
import { files } from './part/files.ts';
import { monitoring } from './part/monitoring.ts';
import { overlaps } from './part/overlaps.ts';
import { publication } from './part/publication.ts';
import { renewal } from './part/renewal.ts';
import { rotation } from './part/rotation.ts';
import { trust } from './part/trust.ts';

/**
 * The parts of a tick, in order. Failures that affect every service come before failures that affect one, and slow work (renewals,
 * hooks) delays no CRL. Overlaps end before CRLs are signed, so one CRL of a CA has all revocations. A rotation needs fresh CRLs, and
 * its results are published in the same tick. CRLs are signed and published before a renewal, whose certificates may be the first of a
 * new CA. Pending deployments come after the renewal, which deploys its own certificates, so each hook runs at most once a tick. The
 * files are compared before both, which replace lost keys and rewrite damaged files. Consumers are reloaded after both: a hook that ran
 * for a new certificate has loaded changed trust, too. Servers are probed after the hooks that reload them. The check comes last and
 * sees the result.
 */
export const PARTS: readonly TickPart[] = [
  trust,
  overlaps,
  crls,
  rotation,
  publication,
  files,
  renewal,
  deployment,
  consumers,
  addresses,
  monitoring,
];
