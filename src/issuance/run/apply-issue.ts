import type { World } from '../../world/world.ts';
import { failure, SvcauthError } from '../../errors/error.ts';
import { instantText } from '../../time/instant-text.ts';
import type { Certificate } from '../../record/certificate.ts';
import type { Delivery } from '../../record/deployment.ts';
import type { Upkeep } from '../../record/upkeep.ts';
import { utf8 } from '../../pki/bytes.ts';
import { encodePem } from '../../pki/pem.ts';
import type { Manifest } from '../../store/manifest/manifest.ts';
import { whereWritable } from '../../store/files/file-failure.ts';
import {
  currentDirectory,
  currentEntry,
  removeVersion,
  switchToVersion,
  tidyVersions,
  versionTrust,
  writeVersion,
  type ServiceVersion,
  type VersionAccess,
} from '../../store/files/service-files.ts';
import type { LeafIssuer, LeafOrder, PreparedLeaf } from './leaf-issuer.ts';

/** One certificate to make, and where its files go. */
export interface IssueJob {
  readonly order: LeafOrder;
  readonly directory: string;
  /** Recorded with the certificate; absent: a known service keeps what it has. */
  readonly upkeep?: Upkeep;
  /** The serial that serves until the switch. */
  readonly supersedes?: string;
  /** Without an entry in the manifest so far. */
  readonly isNew: boolean;
}

export interface IssuedService {
  readonly service: string;
  readonly spiffeId: string;
  readonly serial: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly authorityId: string;
  readonly directory: string;
}

/** A version that lies ready and is to be served. */
export interface VersionSwitch {
  readonly service: string;
  readonly serial: string;
  readonly directory: string;
  /** Nothing was there before. */
  readonly isNew: boolean;
}

export interface IssueContext {
  readonly world: Pick<World, 'files' | 'now'>;
  readonly manifest: Manifest;
  readonly engine: LeafIssuer;
  readonly authorityId: string;
  /** The issuing chain without the root, PEM. */
  readonly chainPem: string;
  readonly anchorsPem: string;
  /** Whose the files of a service are; absent: ours, and its key for us alone. */
  readonly access: ReadonlyMap<string, VersionAccess>;
  /** Called after each batch with the number it made. */
  readonly progress: (count: number) => void;
}

/** Certificates in one transaction; a batch is also what a crash can leave as lone intents. */
const BATCH = 1000;

/**
 * Carries out issuing, batch by batch, in the order a crash would like: intents durable, then signatures and files beside the
 * ones that serve, then results durable, then one switch for each service; what else deploys it is pending. At any moment the
 * manifest knows every serial that may have been signed, and every service serves a whole old or a whole new version.
 */
export async function applyIssue(jobs: readonly IssueJob[], context: IssueContext): Promise<readonly IssuedService[]> {
  const issued: IssuedService[] = [];
  const tally: Tally = { intended: 0, recorded: 0, delivered: 0 };
  for (let start = 0; start < jobs.length; start += BATCH) {
    try {
      issued.push(...(await issueBatch(jobs.slice(start, start + BATCH), context, tally)));
    } catch (cause) {
      throw stopped(cause, tally, jobs.length);
    }
    context.progress(issued.length - start);
  }
  return issued;
}

/** How far a run came, in certificates. */
interface Tally {
  intended: number;
  recorded: number;
  delivered: number;
}

/** What a person must know of a run that ended early: which certificates there are now, and what serves. */
function stopped(cause: unknown, tally: Tally, total: number): unknown {
  if (!(cause instanceof SvcauthError) || tally.intended === 0) return cause;
  const problem = cause.message;
  if (tally.recorded === 0) return failure('ERR_ISSUE_FAILED', { problem }, cause);
  const { recorded, delivered } = tally;
  return failure('ERR_ISSUE_PARTIAL', { problem, recorded, delivered, total }, cause);
}

async function issueBatch(
  jobs: readonly IssueJob[],
  context: IssueContext,
  tally: Tally,
): Promise<readonly IssuedService[]> {
  const { manifest, engine, authorityId, world } = context;
  const leaves = await engine.prepare(jobs.map(({ order }) => order));
  manifest.transaction(write => {
    write.putServices(servicesOf(jobs.filter(({ isNew }) => isNew)));
    write.insertIntents(leaves.map(leaf => intentOf(leaf, authorityId, world.now)));
  });
  tally.intended += jobs.length;

  const signed = leaves.map(leaf => engine.sign(leaf));
  const switches = leaves.map(({ serial, order }, index) => {
    const { directory, isNew } = jobs[index]!;
    return { service: order.service, serial, directory, isNew };
  });
  try {
    await writeVersions(jobs, leaves, signed, context);
    recordResults(jobs, leaves, signed, switches, context);
  } catch (cause) {
    // nobody was told of these keys
    whereWritable(() => switches.forEach(({ directory, serial }) => removeVersion(world.files, directory, serial)));
    throw cause;
  }
  tally.recorded += jobs.length;

  await switchVersions(context, switches);
  tally.delivered += jobs.length;
  return leaves.map(({ serial, order }, index) => ({
    service: order.service,
    spiffeId: order.spec.spiffeId,
    serial,
    notBefore: order.notBefore,
    notAfter: order.notAfter,
    authorityId,
    directory: currentDirectory(jobs[index]!.directory),
  }));
}

/** The certificates exist: as far as the manifest goes this is the moment. */
function recordResults(
  jobs: readonly IssueJob[],
  leaves: readonly PreparedLeaf[],
  signed: readonly Uint8Array[],
  switches: readonly VersionSwitch[],
  { manifest, authorityId, world }: IssueContext,
): void {
  manifest.transaction(write => {
    // a known service gets its new spec together with the certificate made to it: until then the old one is the truth
    write.putServices(servicesOf(jobs.filter(({ isNew }) => !isNew)));
    write.completeCertificates(leaves.map(({ serial }, index) => ({ serial, der: signed[index]! })));
    write.setDeliveries(pendingDeliveries(switches, world.now));
    for (const [index, { serial, order }] of leaves.entries()) {
      const { supersedes } = jobs[index]!;
      write.audit('certificate.issued', order.service, {
        serial,
        authority: authorityId,
        spiffeId: order.spec.spiffeId,
        notAfter: instantText(order.notAfter),
        ...(supersedes !== undefined && { supersedes }),
      });
    }
  });
}

const servicesOf = (jobs: readonly IssueJob[]) =>
  jobs.map(({ order, upkeep }) => ({ name: order.service, spec: order.spec, ...(upkeep && { upkeep }) }));

/** Beside the versions that serve, and durable. */
async function writeVersions(
  jobs: readonly IssueJob[],
  leaves: readonly PreparedLeaf[],
  signed: readonly Uint8Array[],
  { world: { files }, chainPem, anchorsPem, access }: IssueContext,
): Promise<void> {
  const common = { chainPem: utf8(chainPem), anchorsPem: utf8(anchorsPem) };
  const written = jobs.flatMap(({ directory, order }, index) => {
    const version = versionOf(leaves[index]!, signed[index]!, common);
    return writeVersion(files, directory, version, access.get(order.service));
  });
  await files.syncAll(
    jobs.map(({ directory }) => directory),
    written,
  );
}

/**
 * Points each `current` link at the version that lies ready; what else it takes to be deployed is still pending. Its predecessor
 * stays, since a process may still be reading it; what is older goes. A failure to remove that fails nothing: the next run removes it.
 */
async function switchVersions(
  { world: { files }, manifest }: IssueContext,
  switches: readonly VersionSwitch[],
): Promise<void> {
  const directories = switches.map(({ directory }) => directory);
  const previous = switches.map(({ directory, isNew }) => (isNew ? undefined : currentName(files, directory)));
  for (const { directory, serial } of switches) switchToVersion(files, directory, serial);
  await files.syncAll(directories, directories);
  for (const [index, { service, serial, directory, isNew }] of switches.entries()) {
    if (isNew) continue;
    const isOurs = (other: string): boolean => manifest.certificate(other)?.service === service;
    whereWritable(() => tidyVersions(files, directory, { keep: [serial, previous[index]], isOurs }));
  }
}

function currentName(files: World['files'], directory: string): string | undefined {
  const entry = currentEntry(files, directory);
  return entry === 'foreign' ? undefined : entry?.name;
}

/** What is pending until `deployPending` has brought it to its end. */
export const pendingDeliveries = (
  switches: readonly Omit<VersionSwitch, 'isNew'>[],
  updatedAt: Date,
): readonly Delivery[] =>
  switches.map(({ service, serial, directory }) => ({ service, serial, directory, state: 'pending', updatedAt }));

function intentOf({ order, serial, tbsSha256 }: PreparedLeaf, authorityId: string, now: Date): Certificate {
  return {
    serial,
    authorityId,
    service: order.service,
    state: 'intent',
    spiffeId: order.spec.spiffeId,
    notBefore: order.notBefore,
    notAfter: order.notAfter,
    tbsSha256,
    keySource: order.key.source,
    issuedAt: now,
  };
}

function versionOf(
  leaf: PreparedLeaf,
  der: Uint8Array,
  common: { readonly chainPem: Uint8Array; readonly anchorsPem: Uint8Array },
): ServiceVersion {
  return {
    serial: leaf.serial,
    ...(leaf.pkcs8 && { keyPem: utf8(encodePem('PRIVATE KEY', leaf.pkcs8)) }),
    ...versionTrust(der, common),
  };
}
