import type { TrustState } from '../../record/consumer.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { publishedTrust } from '../../publication/run/published-trust.ts';
import type { Pki } from '../../store/open-pki.ts';

/** Reads the published trust and records it, unless it is the newest recorded state. The caller holds the lock. */
export function observeTrust(pki: Pki, policy: Policy): TrustState {
  const published = publishedTrust(pki, policy);
  const newest = pki.manifest.newestTrustState();
  if (newest?.fingerprint === published.fingerprint) return newest;
  const id = pki.manifest.transaction(write => write.insertTrustState(published));
  return { ...published, id, at: pki.world.now };
}
