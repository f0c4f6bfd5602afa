import type { World } from '../context.ts';
import { SvcauthError } from '../errors.ts';
import type { Certificate } from '../lifecycle/model.ts';
import { utf8 } from '../pki/bytes.ts';
import { encodePem } from '../pki/pem.ts';
import type { Manifest, ManifestWriter } from '../store/manifest.ts';
import {
  currentDirectory,
  currentVersion,
  switchToVersion,
  tidyVersions,
  writeVersion,
  type ServiceVersion,
} from '../store/service-files.ts';
import type { LeafIssuer, LeafOrder, PreparedLeaf } from './leaf-issuer.ts';

/** One certificate to make, and where its files go. */
export interface IssueJob {
  readonly order: LeafOrder;
  readonly directory: string;
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
}

export interface IssueContext {
  readonly world: Pick<World, 'files' | 'now'>;
  readonly manifest: Manifest;
  readonly engine: LeafIssuer;
  readonly authorityId: string;
  /** The issuing chain without the root, PEM. */
  readonly chainPem: string;
  readonly anchorsPem: string;
  /** Called after each batch with the number it made. */
  readonly progress: (count: number) => void;
}

/** Certificates in one transaction; a batch is also what a crash can leave as lone intents. */
const BATCH = 1000;

/**
 * Carries out issuing, batch by batch, in the order a crash would like: intents durable, then signatures and files beside the
 * ones that serve, then results durable, then one switch for each service. At any moment the manifest knows every serial that
 * may have been signed, and every service serves a whole old or a whole new version.
 */
export async function applyIssue(jobs: readonly IssueJob[], context: IssueContext): Promise<readonly IssuedService[]> {
  const issued: IssuedService[] = [];
  for (let start = 0; start < jobs.length; start += BATCH) {
    const batch = await issueBatch(jobs.slice(start, start + BATCH), context);
    issued.push(...batch);
    context.progress(batch.length);
  }
  return issued;
}

async function issueBatch(jobs: readonly IssueJob[], context: IssueContext): Promise<readonly IssuedService[]> {
  const { manifest, engine, authorityId, world } = context;
  const leaves = await engine.prepare(jobs.map(({ order }) => order));
  manifest.transaction(write => {
    // a known service gets its new spec together with the certificate that is made to it
    write.putServices(
      jobs.filter(({ isNew }) => isNew).map(({ order }) => ({ name: order.service, spec: order.spec })),
    );
    write.insertIntents(leaves.map(leaf => intentOf(leaf, authorityId, world.now)));
  });

  const signed = leaves.map(leaf => engine.sign(leaf));
  const directories = jobs.map(({ directory }) => directory);
  const switches = leaves.map(({ serial, order }, index) => ({
    service: order.service,
    serial,
    directory: directories[index]!,
  }));
  const common = { chain: utf8(context.chainPem), anchors: utf8(context.anchorsPem) };
  const written = jobs.flatMap(({ directory }, index) =>
    writeVersion(world.files, directory, versionOf(leaves[index]!, signed[index]!, context.chainPem, common)),
  );
  await world.files.syncAll(directories, written);

  manifest.transaction(write => {
    write.putServices(jobs.map(({ order }) => ({ name: order.service, spec: order.spec })));
    write.completeCertificates(leaves.map(({ serial }, index) => ({ serial, der: signed[index]! })));
    write.setDeliveries(switches.map(each => ({ ...each, state: 'pending', updatedAt: world.now })));
    for (const [index, { serial, order }] of leaves.entries()) {
      const { supersedes } = jobs[index]!;
      write.audit('certificate.issued', order.service, {
        serial,
        authority: authorityId,
        spiffeId: order.spec.spiffeId,
        notAfter: order.notAfter.toISOString(),
        ...(supersedes !== undefined && { supersedes }),
      });
    }
  });

  await deliver(context, switches);

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

/**
 * Points each `current` link at the version that lies ready. Its predecessor stays, since a process may still be reading it; what is
 * older goes. A failure to remove that fails nothing: the next run removes it.
 */
export async function deliver(
  { world, manifest }: Pick<IssueContext, 'world' | 'manifest'>,
  switches: readonly VersionSwitch[],
  record: (write: ManifestWriter) => void = () => undefined,
): Promise<void> {
  const { files } = world;
  const directories = switches.map(({ directory }) => directory);
  const previous = directories.map(directory => currentVersion(files, directory));
  for (const { directory, serial } of switches) switchToVersion(files, directory, serial);
  await files.syncAll(directories, directories);
  manifest.transaction(write => {
    write.setDeliveries(switches.map(each => ({ ...each, state: 'delivered', updatedAt: world.now })));
    record(write);
  });
  for (const [index, { service, serial, directory }] of switches.entries()) {
    const isOurs = (other: string): boolean => isSerial(other) && manifest.certificate(other)?.service === service;
    ignoringUnwritable(() => tidyVersions(files, directory, { keep: [serial, previous[index]], isOurs }));
  }
}

const isSerial = (text: string): boolean => /^([0-9a-f]{2})+$/.test(text);

function ignoringUnwritable(work: () => void): void {
  try {
    work();
  } catch (cause) {
    if (!(cause instanceof SvcauthError && cause.code === 'ERR_FILE_WRITE')) throw cause;
  }
}

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
  chainPem: string,
  common: { readonly chain: Uint8Array; readonly anchors: Uint8Array },
): ServiceVersion {
  return {
    serial: leaf.serial,
    ...(leaf.pkcs8 && { keyPem: utf8(encodePem('PRIVATE KEY', leaf.pkcs8)) }),
    certificatePem: utf8(encodePem('CERTIFICATE', der) + chainPem),
    chainPem: common.chain,
    anchorsPem: common.anchors,
  };
}
