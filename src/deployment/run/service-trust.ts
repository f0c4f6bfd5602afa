// Finds services that serve an outdated chain or outdated anchors, and writes new versions with the same certificate and key.
// The steps of a CA rotation and their facts call it. It issues nothing and runs no hook: a deployment that follows is pending.
import { createHash } from 'node:crypto';
import { SvcauthError } from '../../errors/error.ts';
import { toHex } from '../../pki/bytes.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { whereWritable } from '../../store/files/file-failure.ts';
import type { KnownService } from '../../store/manifest/manifest.ts';
import {
  compareVersion,
  currentEntry,
  expectedLeaf,
  readVersion,
  switchToVersion,
  tidyVersions,
  versionTrust,
  writeRetrusted,
  type VersionTrust,
  type WrittenVersion,
} from '../../store/files/service-files.ts';
import type { Pki } from '../../store/open-pki.ts';
import { digestOf } from '../../store/files/file-digest.ts';
import { currentTrust } from './current-trust.ts';

/** A service whose files hold an outdated trust bundle or an outdated chain. */
export interface StaleService {
  readonly service: string;
  readonly serial: string;
  readonly directory: string;
  /** The outdated parts. */
  readonly anchors: boolean;
  readonly chain: boolean;
  /** Names of the current version and of the version to switch to. */
  readonly from: string;
  readonly to: string;
  readonly trust: VersionTrust;
  /** Outputs and hooks follow the files. */
  readonly isDeployed: boolean;
}

/** Number of services that are held in memory at a time. */
const BATCH = 1000;

/** Finds services that serve their current certificate with an outdated chain or bundle; changes nothing. */
export function staleServices(pki: Pki, isDeployed: (service: KnownService) => boolean): readonly StaleService[] {
  const { manifest } = pki;
  const { anchorsPem, chains } = currentTrust(manifest);
  const names = manifest.serviceNames();
  const stale: StaleService[] = [];
  for (let start = 0; start < names.length; start += BATCH) {
    for (const known of manifest.servicesNamed(names.slice(start, start + BATCH))) {
      const found = staleService(pki, known, chains, anchorsPem);
      if (found !== undefined) stale.push({ ...found, isDeployed: isDeployed(known) });
    }
  }
  return stale;
}

function staleService(
  { world, home }: Pki,
  { service: { name, spec }, certificate }: KnownService,
  chains: ReadonlyMap<string, Uint8Array>,
  anchorsPem: Uint8Array,
): Omit<StaleService, 'isDeployed'> | undefined {
  if (certificate?.der === undefined) return undefined;
  const directory = spec.out ?? home.service(name);
  const entry = currentEntry(world.files, directory);
  // a service that does not serve its current certificate is due for another reason
  if (entry === undefined || entry === 'foreign' || entry.serial !== certificate.serial) return undefined;
  const chainPem = chains.get(certificate.authorityId)!;
  const held = readVersion(world.files, directory, certificate.serial, 'trust');
  const state = compareVersion(held, { ...expectedLeaf(certificate.der), chainPem, anchorsPem });
  // a version with a missing file is not repaired here
  if (Object.values(state).includes('missing')) return undefined;
  const [chain, anchors] = [state.leaf !== 'right' || state.chain !== 'right', state.anchors !== 'right'];
  if (!chain && !anchors) return undefined;
  const trust = versionTrust(certificate.der, { chainPem, anchorsPem });
  const to = `${certificate.serial}.${tagOf(trust)}`;
  return { service: name, serial: certificate.serial, directory, anchors, chain, from: entry.name, to, trust };
}

/** Marks a deployment for which only the anchors changed: outputs follow, and consumers are reloaded for the changed trust. */
function trustOnlyOf({ service, chain }: StaleService, manifest: Pki['manifest']): { readonly trustOnly?: true } {
  const before = manifest.deployment(service);
  const owed = before?.state === 'pending' && before.trustOnly !== true;
  return chain || owed ? {} : { trustOnly: true };
}

/** Finds services whose outputs or hooks follow their files. */
export const hasFollowers =
  ({ deployment }: Pick<Policy, 'deployment'>) =>
  ({ service: { upkeep } }: Pick<KnownService, 'service'>): boolean =>
    deployment.hooks.length > 0 || upkeep?.deployment !== undefined;

/** Derives a tag from the content, so a run after an interruption uses the same name. */
const tagOf = ({ chainPem, anchorsPem }: VersionTrust): string =>
  toHex(createHash('sha256').update(chainPem).update(anchorsPem).digest().subarray(0, 4));

export interface RetrustResult {
  readonly refreshed: readonly string[];
  /** Services that could not be written; their old files are still served. */
  readonly failed: readonly { readonly service: string; readonly error: SvcauthError }[];
}

/**
 * Writes a new version for each service, with the same certificate and key and the current chain and anchors, then switches to it.
 * A directory that cannot be written does not stop the others.
 */
export async function retrustServices(pki: Pki, stale: readonly StaleService[]): Promise<RetrustResult> {
  const refreshed: string[] = [];
  const failed: { service: string; error: SvcauthError }[] = [];
  for (let start = 0; start < stale.length; start += BATCH) {
    const written: Written[] = [];
    for (const each of stale.slice(start, start + BATCH)) {
      try {
        written.push({ each, ...writeRetrusted(pki.world.files, each.directory, each, each.trust) });
      } catch (error) {
        if (!(error instanceof SvcauthError)) throw error;
        failed.push({ service: each.service, error });
      }
    }
    await switchAll(pki, written);
    refreshed.push(...written.map(({ each }) => each.service));
  }
  return { refreshed, failed };
}

interface Written extends WrittenVersion {
  readonly each: StaleService;
}

async function switchAll({ world, manifest }: Pki, written: readonly Written[]): Promise<void> {
  if (written.length === 0) return;
  const { files, now } = world;
  const directories = written.map(({ each }) => each.directory);
  await files.syncAll(
    directories,
    written.flatMap(({ paths }) => paths),
  );
  const deployed = written.flatMap(({ each }) => (each.isDeployed ? [each] : []));
  manifest.transaction(write => {
    // before the switch: outputs and hooks must follow even after a crash
    write.setDeployments(
      deployed.map(each => {
        const { service, serial, directory } = each;
        return { service, serial, directory, state: 'pending', updatedAt: now, ...trustOnlyOf(each, manifest) };
      }),
    );
    write.putFileFacts(
      written.map(({ each: { service, trust }, facts }) => {
        const [chain, anchors] = [digestOf(trust.chainPem), digestOf(trust.anchorsPem)];
        return { service, files: facts, chain, anchors, seenAt: now };
      }),
    );
  });
  for (const { each } of written) switchToVersion(files, each.directory, each.to);
  await files.syncAll(directories, directories);
  for (const { each } of written) {
    const isOurs = (serial: string): boolean => manifest.certificate(serial)?.service === each.service;
    whereWritable(() => tidyVersions(files, each.directory, { keep: [each.from, each.to], isOurs }));
  }
}
