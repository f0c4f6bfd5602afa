import type { TickPart } from './part.ts';
import { crls } from './part/crls.ts';
import { deployment } from './part/deployment.ts';
import { monitoring } from './part/monitoring.ts';
import { overlaps } from './part/overlaps.ts';
import { publication } from './part/publication.ts';
import { renewal } from './part/renewal.ts';
import { trust } from './part/trust.ts';

/**
 * What a tick does, in this order: what would refuse every service comes before what would refuse one, and what takes long (renewing,
 * hooks that hang) keeps no CRL waiting. Overlaps end before CRLs are signed, so that one CRL of a CA says all of it; CRLs are signed
 * before they are published, and both before a renewal, whose certificates may be the first of a new CA. What is left pending is
 * deployed after the renewal, which deploys what it renewed: a hook that hangs does so once a tick. The check sees all of it.
 */
export const PARTS: readonly TickPart[] = [trust, overlaps, crls, publication, renewal, deployment, monitoring];
