// Reads the facts of a rotation: the records of the manifest, and for a step also files and CRLs.
// A step calls it once before and once after; the gates and the proof judge what it returned. It decides and changes nothing.
import type { Authority, OwnTier } from '../../record/authority.ts';
import { consumersOf } from '../../deployment/run/consumers.ts';
import { publishedStates } from '../../publication/run/directory-state.ts';
import type { PublishedDirectory } from '../rules/published-directory.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { isCertified } from '../../ca/rules/active-issuer.ts';
import type { RotationFacts, RotationRecords } from '../rules/state.ts';
import { equalBytes } from '../../pki/bytes.ts';
import { decodePem } from '../../pki/pem.ts';
import { isCurrent, readCrlStates } from '../../crl/run/states.ts';
import type { Pki } from '../../store/open-pki.ts';
import { hasFollowers, staleServices, type StaleService } from '../../deployment/run/service-trust.ts';

const LIMIT = 16 * 1024 * 1024;

interface ReadFacts {
  readonly facts: RotationFacts;
  readonly stale: readonly StaleService[];
}

/** Reads the records of the rotations of a tier. It reads no file, so a plan with 10,000 services is fast. */
export const readRotationRecords = ({ manifest }: Pki, tier: OwnTier): RotationRecords => ({
  tier,
  rotations: manifest.rotations(),
  authorities: manifest.authorities(),
  further: manifest.furtherCertificates(),
  acknowledgements: manifest.acknowledgements(),
});

/** Reads every fact about the rotation of a tier. */
export function readRotationFacts(pki: Pki, policy: Policy, tier: OwnTier): ReadFacts {
  const { manifest, world } = pki;
  const records = readRotationRecords(pki, tier);
  const { authorities } = records;
  const bundle = bundledRoots(pki, authorities);
  const stale = staleServices(pki, hasFollowers(policy));
  const names = (which: 'anchors' | 'chain') => stale.flatMap(each => (each[which] ? [each.service] : []));
  return {
    stale,
    facts: {
      ...records,
      crls: new Map(
        readCrlStates(pki).flatMap(state => {
          const { authority, latest: crl } = state;
          return crl === undefined ? [] : [[authority.id, { crl, isPublished: isCurrent(state) }] as const];
        }),
      ),
      ...(bundle && { bundle }),
      leaves: new Map(authorities.map(({ id }) => [id, manifest.leafTotals(id, world.now)])),
      behind: { anchors: names('anchors'), chains: names('chain') },
      published: publishedDirectoriesOf(pki, policy),
      consumers: consumersOf(pki, policy),
      undeployed: manifest.pendingServices().map(({ service }) => service.name),
    },
  };
}

/** Reads what public/ and every directory of the policy hold now, and since when. */
function publishedDirectoriesOf(pki: Pki, policy: Policy): readonly PublishedDirectory[] {
  const ids = pki.manifest.authorities().map(({ id }) => id);
  return publishedStates(pki, policy).map(state => {
    const heldBy = (holds: (id: string) => boolean, since: (id: string) => Date | undefined) =>
      new Map(
        ids.filter(holds).map(id => {
          const at = since(id);
          return [id, at === undefined ? {} : { since: at }] as const;
        }),
      );
    const { directory, isHome, content } = state;
    return {
      directory,
      isHome,
      ...(content.obstacle !== undefined && { obstacle: content.obstacle }),
      anchors: heldBy(
        id => state.holdsAnchor(id),
        id => state.since(id),
      ),
      crls: heldBy(
        id => state.crls.has(id),
        id => state.crlSince(id),
      ),
    };
  });
}

function bundledRoots({ world, home }: Pki, authorities: readonly Authority[]): ReadonlySet<string> | undefined {
  const bytes = world.files.read(home.public.bundlePem, LIMIT);
  if (bytes === undefined) return undefined;
  const ders = decodePem(Buffer.from(bytes).toString('utf8')).map(({ der }) => der);
  const holds = (der: Uint8Array) => ders.some(each => equalBytes(each, der));
  return new Set(authorities.filter(isCertified).flatMap(each => (holds(each.certificate.der) ? [each.id] : [])));
}
