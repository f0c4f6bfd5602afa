// Brings changed trust to verifiers: publishes it, updates the files and outputs of services, and reloads its consumers.
// Every command that changes a CRL or a bundle calls it last, and `tick` calls its parts. It decides nothing about trust.
import { failure, SvcauthError } from '../../errors/error.ts';
import type { SpreadTrust } from '../../store/spread-trust.ts';
import type { PublishedTrust } from '../../record/consumer.ts';
import type { TrustSpread } from '../../record/trust-spread.ts';
import { TRUST_OUTPUTS } from '../rules/output-content.ts';
import { defaultPolicy, type Policy } from '../../policy/rules/policy.ts';
import { parseTrustDomain } from '../../pki/name/spiffe-id.ts';
import { loadPolicy } from '../../policy/run/load.ts';
import { publishEverywhere, type Publication } from '../../publication/run/publications.ts';
import type { Pki } from '../../store/open-pki.ts';
import { deployPending, type Deployed } from './deploy.ts';
import { observeTrust } from './observed-trust.ts';
import { reloadConsumers, type Reloaded, type ReloadOptions } from './reload.ts';
import { hasFollowers, retrustServices, staleServices, type RetrustResult } from './service-trust.ts';

/** The last work of a command: see `SpreadTrust`. */
export const spreadTrust: SpreadTrust = async (pki, { publish } = { publish: true }) => {
  try {
    return await publishAndReload(pki, await loadPolicy(pki), { publish });
  } catch (error) {
    if (!(error instanceof SvcauthError)) throw error;
    return { ...NOTHING, ...(await withoutPolicy(pki, error)) };
  }
};

const NOTHING: TrustSpread = { directories: [], services: [], consumers: [], errors: [] };

/** Makes the error of a spread that stopped: what the command did before it is recorded. */
const pending = (cause: SvcauthError): SvcauthError => failure('ERR_SPREAD_PENDING', { problem: cause.oneLine }, cause);

/** The errors of a policy that cannot be read. */
const UNREADABLE_POLICY: ReadonlySet<string> = new Set([
  'ERR_POLICY_FILE',
  'ERR_POLICY_MISSING',
  'ERR_POLICY_TRUST_DOMAIN',
]);

/** Runs the hooks that services have of their own when the policy cannot be read. An emergency does not wait for its repair. */
async function withoutPolicy(pki: Pki, error: SvcauthError): Promise<Partial<TrustSpread>> {
  if (!UNREADABLE_POLICY.has(error.code)) return { errors: [pending(error)] };
  try {
    const policy = defaultPolicy(parseTrustDomain(pki.identity.trustDomain));
    const spread = spreadOf([], await followTrust(pki, policy));
    return { ...spread, withoutPolicy: true };
  } catch (further) {
    if (!(further instanceof SvcauthError)) throw further;
    return { withoutPolicy: true, errors: [pending(further)] };
  }
}

/**
 * Publishes to every directory of the policy, then does what follows changed trust. The caller holds the lock. A catalogue error that
 * stops it is one of the results, as the change itself is recorded.
 */
export async function publishAndReload(
  pki: Pki,
  policy: Policy,
  { publish }: { readonly publish: boolean } = { publish: true },
): Promise<TrustSpread> {
  let publications: readonly Publication[] = [];
  try {
    if (publish) publications = await publishEverywhere(pki, policy);
    return spreadOf(publications, await followTrust(pki, policy));
  } catch (error) {
    if (!(error instanceof SvcauthError)) throw error;
    const spread = spreadOf(publications, { services: { refreshed: [], failed: [] }, deployed: [], reloaded: [] });
    return { ...spread, errors: [...spread.errors, pending(error)] };
  }
}

/** The results of what follows changed trust. */
export interface FollowedTrust {
  /** Services whose files have the new anchors. */
  readonly services: RetrustResult;
  /** Deployments of outputs that hold trust. */
  readonly deployed: readonly Deployed[];
  readonly reloaded: readonly Reloaded[];
}

/** Updates the files and outputs of services that hold trust, then reloads the consumers that have not loaded it. */
export async function followTrust(pki: Pki, policy: Policy, options?: ReloadOptions): Promise<FollowedTrust> {
  const services = await updateAnchors(pki, policy);
  const deployed = await updateOutputs(pki, policy);
  return { services, deployed, reloaded: await reloadConsumers(pki, policy, options) };
}

/** Tests for files and outputs of services that hold the newest trust; nothing waits to be written. */
export function isFollowed({ manifest }: Pki, { fingerprint }: Pick<PublishedTrust, 'fingerprint'>): boolean {
  const newest = manifest.trustBundle()?.sha256;
  return (
    (newest === undefined || manifest.progress('service-anchors') === newest) &&
    manifest.progress('trust-outputs') === fingerprint &&
    !manifest.pendingServices().some(({ deployment }) => deployment?.trustOnly === true)
  );
}

/** Writes the anchors of the newest bundle into the files of every service, once for each bundle. */
async function updateAnchors(pki: Pki, policy: Policy): Promise<RetrustResult> {
  const { manifest } = pki;
  const newest = manifest.trustBundle()?.sha256;
  if (newest === undefined || manifest.progress('service-anchors') === newest) return { refreshed: [], failed: [] };
  const stale = staleServices(pki, hasFollowers(policy)).filter(({ anchors }) => anchors);
  const result = await retrustServices(pki, stale);
  if (result.failed.length === 0) manifest.transaction(write => write.setProgress('service-anchors', newest));
  return result;
}

/** Deploys the outputs that hold published trust, once for each change of it. They stay pending until they are written. */
async function updateOutputs(pki: Pki, policy: Policy): Promise<readonly Deployed[]> {
  const { manifest, world } = pki;
  const { fingerprint } = observeTrust(pki, policy);
  if (manifest.progress('trust-outputs') !== fingerprint) {
    const holders = manifest
      .servicesNamed(manifest.servicesWithOutputs(TRUST_OUTPUTS))
      .flatMap(({ certificate, deployment }) => {
        if (deployment === undefined || certificate?.state !== 'current') return [];
        return deployment.state === 'deployed' ? [deployment] : [];
      });
    manifest.transaction(write => {
      write.setDeployments(
        holders.map(({ service, serial, directory }) => {
          return { service, serial, directory, state: 'pending', updatedAt: world.now, trustOnly: true };
        }),
      );
      write.setProgress('trust-outputs', fingerprint);
    });
  }
  const owed = manifest.pendingServices().filter(({ deployment }) => deployment?.trustOnly === true);
  return owed.length === 0 ? [] : deployPending(pki, policy, new Set(owed.map(({ service }) => service.name)));
}

/** Collects the results and the errors for the output of a command. */
function spreadOf(publications: readonly Publication[], { services, deployed, reloaded }: FollowedTrust): TrustSpread {
  return {
    directories: publications
      .filter(({ error }) => error === undefined)
      .map(({ directory, changed }) => ({ directory, changed })),
    services: services.refreshed,
    consumers: reloaded.map(({ consumer: { name, services: count }, changed, problem }) => ({
      ...{ consumer: name, services: count, changed },
      ...(problem !== undefined && { problem }),
    })),
    errors: [
      ...publications.flatMap(({ error }) => error ?? []),
      ...services.failed.map(({ error }) => error),
      ...deployed.flatMap(({ service, serial, problem }) =>
        problem === undefined ? [] : [failure('ERR_DEPLOYMENT_PENDING', { service, serial, problem })],
      ),
      ...reloadErrors(reloaded),
    ],
  };
}

/** Makes an error for each consumer that stays pending. */
export const reloadErrors = (reloaded: readonly Reloaded[]): readonly SvcauthError[] =>
  reloaded.flatMap(({ consumer: { name, services }, problem }) =>
    problem === undefined ? [] : [failure('ERR_RELOAD_PENDING', { consumer: name, services, problem })],
  );
