// Turns planned certificates into issued ones. `issue`, `apply`, `renew` and `tick` call it with a plan and hold the lock.
// The plan decides what is issued and until when; `deployPending` completes the deployment.

import type { World } from '../../world/world.ts';
import { failure, SvcauthError } from '../../errors/error.ts';
import { instantText } from '../../time/instant-text.ts';
import { servedChain } from '../../ca/rules/served-chain.ts';
import { trustAnchors } from '../../ca/rules/trust-anchors.ts';
import { unlockAuthority } from '../../ca/run/unlock.ts';
import { deploymentSettings } from '../../deployment/rules/settings.ts';
import { digestOf } from '../../store/files/file-digest.ts';
import { utf8 } from '../../pki/bytes.ts';
import { encodePemBundle } from '../../pki/bundle/trust-bundle.ts';
import { encodePem } from '../../pki/pem.ts';
import { crlAddress } from '../../policy/rules/crl-url.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import type { Certificate } from '../../record/certificate.ts';
import type { Deployment } from '../../record/deployment.ts';
import type { ServiceFacts } from '../../record/file-facts.ts';
import { whereWritable } from '../../store/files/file-failure.ts';
import { ownershipOf } from '../../store/files/ownership.ts';
import {
  currentDirectory,
  currentEntry,
  removeVersion,
  switchToVersion,
  tidyVersions,
  versionTrust,
  writeVersion,
  type VersionAccess,
} from '../../store/files/service-files.ts';
import type { Manifest } from '../../store/manifest/manifest.ts';
import type { Pki } from '../../store/open-pki.ts';
import type { AskPassphrase } from '../../world/ask-passphrase.ts';
import type { Issued } from '../rules/issued.ts';
import { supersedes, toDeploy, toIssue, type Planned, type PlannedCertificate } from '../rules/planned.ts';
import { leafIssuer, type LeafIssuer, type PreparedLeaf } from './leaf-issuer.ts';
import type { IssuancePlan } from './plan.ts';

/**
 * Carries a plan out and leaves its deployments pending for `deployPending`. It unlocks the key of the CA only if there is
 * something to sign. It calls `progress` after each batch with the number of certificates in it.
 */
export async function issueCertificates(
  pki: Pki,
  policy: Policy,
  plan: IssuancePlan,
  ask: AskPassphrase,
  progress: (count: number) => void,
): Promise<readonly Issued[]> {
  const { world, manifest } = pki;
  const planned = toIssue(plan.planned);
  const issuer = planned.length === 0 ? undefined : await unlockAuthority(pki, plan.issuer, ask);
  reopenDeployments(pki, toDeploy(plan.planned));
  if (issuer === undefined) return [];
  const authorities = manifest.authorities();
  const crlUrl = policy.crl.url === undefined ? undefined : crlAddress(policy.crl.url, plan.issuer.id);
  return issueBatches(planned, {
    world,
    manifest,
    engine: leafIssuer(world, issuer, crlUrl),
    authorityId: plan.issuer.id,
    chainPem: encodePemBundle(servedChain(plan.issuer, authorities, manifest.furtherCertificates())),
    anchorsPem: encodePemBundle(trustAnchors(authorities).map(({ certificate }) => certificate.der)),
    access: await versionAccess(pki, policy, planned),
    progress,
  });
}

/** Marks deployments as pending again whose `current` link was lost. */
function reopenDeployments({ world, manifest }: Pki, undeployed: readonly Planned[]): void {
  const lost = undeployed.flatMap(({ service, directory, current }) =>
    current === undefined || manifest.deployment(service)?.state === 'pending'
      ? []
      : [{ service, serial: current.serial, directory }],
  );
  if (lost.length === 0) return;
  manifest.transaction(write => write.setDeployments(pendingDeployments(lost, world.now)));
}

/** Looks up owner, group and mode of the files of each service that sets them. Throws ERR_OWNER_UNKNOWN and ERR_OWNER_FOREIGN. */
async function versionAccess(
  { world }: Pki,
  { deployment }: Policy,
  planned: readonly PlannedCertificate[],
): Promise<ReadonlyMap<string, VersionAccess>> {
  const owners = ownershipOf(world);
  const accesses = new Map<string, VersionAccess>();
  for (const { service, upkeep } of planned) {
    if (upkeep?.deployment === undefined) continue;
    const { access } = deploymentSettings({ upkeep }, deployment);
    const owner = await owners(access);
    accesses.set(service, { mode: access.mode, ...(owner && { owner }) });
  }
  return accesses;
}

/** Context that all certificates of a run share. */
export interface IssueContext {
  readonly world: Pick<World, 'files' | 'now'>;
  readonly manifest: Manifest;
  readonly engine: LeafIssuer;
  readonly authorityId: string;
  /** The issuing chain without the root, PEM. */
  readonly chainPem: string;
  readonly anchorsPem: string;
  /** Owner and mode of the files by service; absent: the user that runs svcauth, and mode 0600 for the key. */
  readonly access: ReadonlyMap<string, VersionAccess>;
  /** Called after each batch with the number of certificates in it. */
  readonly progress: (count: number) => void;
}

/** Number of certificates in one transaction, and so the largest number of lone intents after a crash. */
const BATCH = 1000;

/**
 * Issues certificates in batches, in an order that survives a crash. Intents are made durable; then certificates are signed and
 * written beside the current files; then results are made durable; then each `current` link is switched, and the rest of the
 * deployment is pending. At any moment the manifest has every serial number that may have been signed, and every service has a
 * complete old or a complete new version.
 */
export async function issueBatches(
  planned: readonly PlannedCertificate[],
  context: IssueContext,
): Promise<readonly Issued[]> {
  const issued: Issued[] = [];
  const tally: Tally = { intended: 0, recorded: 0, deployed: 0 };
  for (let start = 0; start < planned.length; start += BATCH) {
    try {
      issued.push(...(await issueBatch(planned.slice(start, start + BATCH), context, tally)));
    } catch (cause) {
      throw stopped(cause, tally, planned.length);
    }
    context.progress(issued.length - start);
  }
  return issued;
}

/** Progress of a run, in certificates. */
interface Tally {
  intended: number;
  recorded: number;
  deployed: number;
}

/** Converts the error that ended a run early. It adds how many certificates were issued and are in place. */
function stopped(cause: unknown, tally: Tally, total: number): unknown {
  if (!(cause instanceof SvcauthError) || tally.intended === 0) return cause;
  const problem = cause.oneLine;
  if (tally.recorded === 0) return failure('ERR_ISSUE_FAILED', { problem }, cause);
  const { recorded, deployed } = tally;
  return failure('ERR_ISSUE_PARTIAL', { problem, recorded, deployed, total }, cause);
}

async function issueBatch(
  planned: readonly PlannedCertificate[],
  context: IssueContext,
  tally: Tally,
): Promise<readonly Issued[]> {
  const { manifest, engine, authorityId, world } = context;
  const leaves = await engine.prepare(planned);
  manifest.transaction(write => {
    write.putServices(planned.filter(({ isNew }) => isNew).map(recordOf));
    write.insertIntents(leaves.map(leaf => intentOf(leaf, authorityId, world.now)));
  });
  tally.intended += planned.length;

  const signed = leaves.map((leaf): Signed => ({ ...leaf, der: engine.sign(leaf) }));
  try {
    recordResults(signed, await writeVersions(signed, context), context);
  } catch (cause) {
    // no program has loaded these keys yet
    whereWritable(() =>
      signed.forEach(({ planned: { directory }, serial }) => removeVersion(world.files, directory, serial)),
    );
    throw cause;
  }
  tally.recorded += planned.length;

  await switchVersions(signed, context);
  tally.deployed += planned.length;
  return signed.map(({ planned: { service, spec, notBefore, notAfter, directory }, serial }) => ({
    service,
    spiffeId: spec.spiffeId,
    serial,
    notBefore,
    notAfter,
    authorityId,
    directory: currentDirectory(directory),
  }));
}

type Signed = PreparedLeaf<PlannedCertificate> & { readonly der: Uint8Array };

const recordOf = ({ service: name, spec, upkeep }: PlannedCertificate) => ({ name, spec, ...(upkeep && { upkeep }) });

function intentOf(leaf: PreparedLeaf<PlannedCertificate>, authorityId: string, now: Date): Certificate {
  const { service, spec, notBefore, notAfter, key } = leaf.planned;
  return {
    serial: leaf.serial,
    authorityId,
    service,
    state: 'intent',
    spiffeId: spec.spiffeId,
    notBefore,
    notAfter,
    tbsSha256: leaf.tbsSha256,
    keySource: key.source,
    issuedAt: now,
  };
}

/** Writes the files beside the current versions, and makes them durable. Returns their facts in the same order. */
async function writeVersions(
  signed: readonly Signed[],
  { world: { files, now: seenAt }, chainPem, anchorsPem, access }: IssueContext,
): Promise<readonly ServiceFacts[]> {
  const common = { chainPem: utf8(chainPem), anchorsPem: utf8(anchorsPem) };
  const [chain, anchors] = [digestOf(common.chainPem), digestOf(common.anchorsPem)];
  const written = signed.map(({ planned: { service, directory }, serial, der, pkcs8 }) => {
    const version = {
      serial,
      ...(pkcs8 && { keyPem: utf8(encodePem('PRIVATE KEY', pkcs8)) }),
      ...versionTrust(der, common),
    };
    return writeVersion(files, directory, version, access.get(service));
  });
  await files.syncAll(
    signed.map(({ planned }) => planned.directory),
    written.flatMap(({ paths }) => paths),
  );
  return signed.map(({ planned: { service } }, index) => ({
    ...{ service, files: written[index]!.facts, chain, anchors, seenAt },
  }));
}

/** Records the certificates; from this transaction on they exist in the manifest. */
function recordResults(
  signed: readonly Signed[],
  facts: readonly ServiceFacts[],
  { manifest, authorityId, world }: IssueContext,
): void {
  manifest.transaction(write => {
    // a known service gets its new spec in the same transaction as the certificate: until then the old spec is valid
    write.putServices(signed.flatMap(({ planned }) => (planned.isNew ? [] : [recordOf(planned)])));
    write.completeCertificates(signed);
    const deployed = signed.map(({ planned: { service, directory }, serial }) => ({ service, serial, directory }));
    write.setDeployments(pendingDeployments(deployed, world.now));
    write.putFileFacts(facts);
    for (const { planned, serial } of signed) {
      const { service, spec, notAfter } = planned;
      const old = supersedes(planned);
      write.audit('certificate.issued', service, {
        serial,
        ca: authorityId,
        spiffeId: spec.spiffeId,
        notAfter: instantText(notAfter),
        ...(old !== undefined && { supersedes: old }),
      });
    }
  });
}

/** Makes deployments in state `pending`; `deployPending` completes them. */
export const pendingDeployments = (
  deployments: readonly Pick<Deployment, 'service' | 'serial' | 'directory'>[],
  updatedAt: Date,
): readonly Deployment[] =>
  deployments.map(({ service, serial, directory }) => ({ service, serial, directory, state: 'pending', updatedAt }));

/**
 * Points each `current` link to the new version; the rest of the deployment stays pending. The previous version stays, because a
 * process may still read it; older versions are removed. If that fails, the run still succeeds and the next run removes them.
 */
async function switchVersions(signed: readonly Signed[], { world: { files }, manifest }: IssueContext): Promise<void> {
  const directories = signed.map(({ planned }) => planned.directory);
  const previous = signed.map(({ planned }) => (planned.isNew ? undefined : currentName(files, planned.directory)));
  for (const { planned, serial } of signed) switchToVersion(files, planned.directory, serial);
  await files.syncAll(directories, directories);
  for (const [index, { planned, serial }] of signed.entries()) {
    const { service, directory, isNew } = planned;
    if (isNew) continue;
    const isOurs = (other: string): boolean => manifest.certificate(other)?.service === service;
    whereWritable(() => tidyVersions(files, directory, { keep: [serial, previous[index]], isOurs }));
  }
}

function currentName(files: World['files'], directory: string): string | undefined {
  const entry = currentEntry(files, directory);
  return entry === 'foreign' ? undefined : entry?.name;
}
