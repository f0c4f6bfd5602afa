import type { World } from '../context.ts';
import type { Certificate, Delivery } from '../lifecycle/model.ts';
import { utf8 } from '../pki/bytes.ts';
import { encodePem } from '../pki/pem.ts';
import type { Manifest } from '../store/manifest.ts';
import {
  currentDirectory,
  removeOtherVersions,
  switchToVersion,
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
  /** The directory may hold versions nobody serves any more. */
  readonly tidy: boolean;
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
    write.putServices(jobs.map(({ order }) => ({ name: order.service, spec: order.spec })));
    write.insertIntents(leaves.map(leaf => intentOf(leaf, authorityId, world.now)));
  });

  const signed = leaves.map(leaf => engine.sign(leaf));
  const directories = jobs.map(({ directory }) => directory);
  const deliveries = (state: Delivery['state']): Delivery[] =>
    leaves.map(({ serial, order }, index) => {
      const directory = directories[index]!;
      return { service: order.service, serial, directory, state, updatedAt: world.now };
    });
  const common = { chain: utf8(context.chainPem), anchors: utf8(context.anchorsPem) };
  const written = jobs.flatMap(({ directory }, index) =>
    writeVersion(world.files, directory, versionOf(leaves[index]!, signed[index]!, context.chainPem, common)),
  );
  await world.files.syncAll(directories, written);

  manifest.transaction(write => {
    write.completeCertificates(leaves.map(({ serial }, index) => ({ serial, der: signed[index]! })));
    write.setDeliveries(deliveries('pending'));
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

  for (const [index, { directory }] of jobs.entries()) switchToVersion(world.files, directory, leaves[index]!.serial);
  await world.files.syncAll(directories, directories);
  manifest.transaction(write => write.setDeliveries(deliveries('delivered')));

  for (const [index, { directory, supersedes, tidy }] of jobs.entries()) {
    // the predecessor stays: a process may still be reading it
    const keep = [leaves[index]!.serial, ...(supersedes === undefined ? [] : [supersedes])];
    if (tidy) removeOtherVersions(world.files, directory, keep);
  }
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
