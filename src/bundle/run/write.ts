// Makes our trust bundle from the CAs in the manifest and writes it to public/ with its sequence.
// `bundle write`, `ca init`, `tick` and the steps of a rotation call it. It never merges a foreign bundle into ours.
import { linkFederated } from '../../store/federated-directory.ts';
import { PUBLIC_FILE } from '../../store/home.ts';
import { createHash } from 'node:crypto';
import { dirname, join, relative } from 'node:path';
import type { World } from '../../world/world.ts';
import type { CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import { nextBundleSequence, REFRESH_HINT, trustAnchors } from '../../ca/rules/trust-anchors.ts';
import { equalBytes, utf8 } from '../../pki/bytes.ts';
import { parseSpiffeBundle } from '../../pki/bundle/read.ts';
import { encodeBundleMap, encodePemBundle, encodeSpiffeBundle } from '../../pki/bundle/trust-bundle.ts';
import type { Home } from '../../store/home.ts';
import type { Manifest, ManifestWriter } from '../../store/manifest/manifest.ts';

export interface TrustBundleResult {
  readonly changed: boolean;
  readonly anchors: number;
  readonly sequence: number;
  readonly files: readonly string[];
}

export interface TrustBundle {
  readonly anchors: readonly CertifiedAuthority[];
  readonly sequence: number;
  /** Seconds. */
  readonly refreshHint: number;
  readonly pem: string;
  readonly spiffe: string;
}

/** Makes the bundle that verifiers should use now, with its present sequence or, if its content changed, the next one. */
export function trustBundle(manifest: Manifest, now: Date): TrustBundle {
  const anchors = trustAnchors(manifest.authorities());
  const ders = anchors.map(({ certificate }) => certificate.der);
  const previous = manifest.trustBundle();
  const sequence =
    previous?.sha256 === contentHash(ders) ? previous.sequence : nextBundleSequence(previous?.sequence, now);
  return {
    anchors,
    sequence,
    refreshHint: REFRESH_HINT,
    pem: encodePemBundle(ders),
    spiffe: encodeSpiffeBundle(ders, sequence, REFRESH_HINT),
  };
}

const PUBLIC_DIRECTORY = 0o755;
const LIMIT = 16 * 1024 * 1024;

/** Changes to the bundles of public/. */
export interface TrustBundlePlan {
  readonly bundle: TrustBundle;
  /** Every file that holds a bundle. */
  readonly paths: readonly string[];
  /** Content to write by path, in this order. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Files to remove: bundles of trust domains that are no longer federated. */
  readonly stale: readonly string[];
}

type BundlePki = { readonly world: Pick<World, 'files' | 'now'>; readonly home: Home; readonly manifest: Manifest };

/** Compares the bundles in public/ with the manifest: ours, those of federated trust domains, and the map. Changes nothing. */
export function planTrustBundle({ world, home, manifest }: BundlePki): TrustBundlePlan {
  const bundle = trustBundle(manifest, world.now);
  const wanted = bundleFiles(home, manifest, bundle);
  const differing = [...wanted].flatMap(([path, text]) => {
    const bytes = utf8(text);
    const present = world.files.read(path, LIMIT);
    return present !== undefined && equalBytes(present, bytes) ? [] : [[path, bytes] as const];
  });
  return {
    bundle,
    paths: [...wanted.keys()],
    files: new Map(differing),
    stale: strayFederatedFiles(world, home, wanted),
  };
}

/** Writes the bundles. The sequence is durable before a file shows it, so it never repeats with other content. */
export function applyTrustBundle(
  { world, home, manifest }: BundlePki,
  { bundle, paths, files, stale }: TrustBundlePlan,
): TrustBundleResult {
  recordSequence(manifest, bundle, world.now);
  if (files.size > 0) linkFederated(world.files, home.public.directory);
  for (const [path, bytes] of files) {
    world.files.makeDirectory(dirname(path), PUBLIC_DIRECTORY);
    world.files.replace(path, bytes, PUBLIC_FILE);
  }
  // the map no longer names them
  for (const path of stale) world.files.remove(path);
  return {
    changed: files.size + stale.length > 0,
    anchors: bundle.anchors.length,
    sequence: bundle.sequence,
    files: paths,
  };
}

/** Writes the bundles in public/ that differ from the manifest. */
export const writeTrustBundle = (world: BundlePki['world'], home: Home, manifest: Manifest): TrustBundleResult =>
  applyTrustBundle({ world, home, manifest }, planTrustBundle({ world, home, manifest }));

/** Makes the content of each file, in the order of writing: the map comes after the bundles it repeats. */
export function bundleFiles(home: Home, manifest: Manifest, { pem, spiffe }: TrustBundle): ReadonlyMap<string, string> {
  const federated = manifest.federatedBundles();
  const own = manifest.identity()!.trustDomain;
  return new Map([
    [home.public.bundlePem, pem],
    [home.public.bundleJson, spiffe],
    ...federated.flatMap(({ trustDomain, document }) => [
      [home.public.federatedJson(trustDomain), `${JSON.stringify(JSON.parse(document), null, 2)}\n`] as const,
      [home.public.federatedPem(trustDomain), encodePemBundle(parseSpiffeBundle(document).x509Authorities)] as const,
    ]),
    [
      home.public.bundleMap,
      encodeBundleMap(
        new Map([[own, spiffe], ...federated.map(({ trustDomain, document }) => [trustDomain, document] as const)]),
      ),
    ],
  ]);
}

/** Names the files that hold a bundle, relative to public/ and to every directory that it is copied to. */
export const bundlePaths = ({ public: paths }: Home, manifest: Manifest): readonly string[] =>
  [
    ...[paths.bundlePem, paths.bundleJson, paths.bundleMap],
    ...manifest
      .federatedBundles()
      .flatMap(({ trustDomain }) => [paths.federatedJson(trustDomain), paths.federatedPem(trustDomain)]),
  ].map(path => relative(paths.directory, path));

/** Lists bundle files in public/federated that the manifest does not know. A consumer of the directory would still trust them. */
export const strayFederatedFiles = (
  { files }: Pick<World, 'files'>,
  home: Home,
  wanted: ReadonlyMap<string, string>,
): readonly string[] =>
  files
    .list(home.public.federated)
    .filter(name => /\.(json|pem)$/.test(name))
    .map(name => join(home.public.federated, name))
    .filter(path => !wanted.has(path));

function recordSequence(manifest: Manifest, bundle: TrustBundle, now: Date): void {
  if (manifest.trustBundle()?.sequence === bundle.sequence) return;
  manifest.transaction(write => recordTrustBundle(write, manifest, now));
}

/** Records and returns the sequence of the bundle as of this transaction, before any file shows it. */
export function recordTrustBundle(write: ManifestWriter, manifest: Manifest, now: Date): number {
  const { anchors, sequence } = trustBundle(manifest, now);
  if (manifest.trustBundle()?.sequence === sequence) return sequence;
  const sha256 = contentHash(anchors.map(({ certificate }) => certificate.der));
  write.recordTrustBundle({ sequence, sha256, writtenAt: now });
  write.audit('bundle.written', 'bundle', { sequence: String(sequence), anchors: String(anchors.length), sha256 });
  return sequence;
}

/** Hashes the anchors in order: SHA-256, lower-case hex. */
function contentHash(anchors: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const der of anchors) hash.update(der);
  return hash.digest('hex');
}
