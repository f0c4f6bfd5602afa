import type { Policy } from '../../policy/rules/policy.ts';
import type { Rotation } from '../../record/rotation.ts';
import type { Manifest } from '../../store/manifest/manifest.ts';
import { rotationOutlook, type OutlookFacts, type RotationOutlook } from '../rules/outlook.ts';

/** Reads the facts of an outlook from the manifest, as of `at`. It reads no file. */
export function outlookFacts(
  manifest: Manifest,
  { leaf, rotation }: Pick<Policy, 'leaf' | 'rotation'>,
  at: Date,
): OutlookFacts {
  const lifetimes = manifest.currentLifetimes();
  // a service above leaf.maxTtl is refused anyway
  const longest = Math.max(leaf.ttl, ...lifetimes.map(({ ttl }) => ttl).filter(ttl => ttl <= leaf.maxTtl));
  return {
    rotations: manifest.rotations(),
    authorities: manifest.authorities(),
    modes: rotation,
    lifetimes,
    soak: rotation.soak,
    longestLeaf: longest + leaf.backdate,
    leavesOf: ca => {
      const { live, superseded, lastNotAfter } = manifest.leafTotals(ca, at);
      return { inUse: live - superseded, ...(lastNotAfter && { lastNotAfter }) };
    },
  };
}

export const readOutlook = (
  manifest: Manifest,
  policy: Pick<Policy, 'leaf' | 'rotation'>,
  tier: Rotation['tier'],
  at: Date,
): RotationOutlook | undefined => rotationOutlook(tier, outlookFacts(manifest, policy, at));
