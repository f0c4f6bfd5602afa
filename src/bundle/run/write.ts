// Makes our trust bundle from the CAs in the manifest, numbers it, and writes it to public/ beside the foreign bundles.
// `bundle write`, `ca init`, `tick` and the steps of a rotation call it. It never merges a foreign bundle into ours.
import { PUBLIC_FILE } from '../../store/home.ts';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
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

/** The bundle that verifiers should have now: with the sequence it has, or would get. */
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

/** What writing the bundles of public/ comes to. */
export interface TrustBundlePlan {
  readonly bundle: TrustBundle;
  /** Every path that holds a bundle. */
  readonly paths: readonly string[];
  /** What is written, by path and in this order. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Bundles of peers that were removed: they go. */
  readonly stale: readonly string[];
}

type BundlePki = { readonly world: Pick<World, 'files' | 'now'>; readonly home: Home; readonly manifest: Manifest };

/** Compares the bundles in public/ with what the manifest says: ours, those of peers, and the map of all. Changes nothing. */
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
    stale: strayPeerFiles(world, home, wanted),
  };
}

/** The sequence is durable before a file shows it, so it never repeats with other content. */
export function applyTrustBundle(
  { world, manifest }: Omit<BundlePki, 'home'>,
  { bundle, paths, files, stale }: TrustBundlePlan,
): TrustBundleResult {
  recordSequence(manifest, bundle, world.now);
  for (const [path, bytes] of files) {
    world.files.makeDirectory(dirname(path), PUBLIC_DIRECTORY);
    world.files.replace(path, bytes, PUBLIC_FILE);
  }
  // no map names them any more
  for (const path of stale) world.files.remove(path);
  return {
    changed: files.size + stale.length > 0,
    anchors: bundle.anchors.length,
    sequence: bundle.sequence,
    files: paths,
  };
}

/** Makes the bundles in public/ say what the manifest says; files that already say it are left alone. */
export const writeTrustBundle = (world: BundlePki['world'], home: Home, manifest: Manifest): TrustBundleResult =>
  applyTrustBundle({ world, manifest }, planTrustBundle({ world, home, manifest }));

/** What each file must hold, in the order they are written: the map comes after what it is made of. */
export function bundleFiles(home: Home, manifest: Manifest, { pem, spiffe }: TrustBundle): ReadonlyMap<string, string> {
  const peers = manifest.peerBundles();
  const own = manifest.identity()!.trustDomain;
  return new Map([
    [home.public.bundlePem, pem],
    [home.public.bundleJson, spiffe],
    ...peers.flatMap(({ trustDomain, document }) => [
      [home.public.peerJson(trustDomain), `${JSON.stringify(JSON.parse(document), null, 2)}\n`] as const,
      [home.public.peerPem(trustDomain), encodePemBundle(parseSpiffeBundle(document).x509Authorities)] as const,
    ]),
    [
      home.public.bundleMap,
      encodeBundleMap(new Map([[own, spiffe], ...peers.map(peer => [peer.trustDomain, peer.document] as const)])),
    ],
  ]);
}

/** Bundles in public/peers that are of nobody: of a peer that was removed. Whoever loads the directory would still trust it. */
export const strayPeerFiles = (
  { files }: Pick<World, 'files'>,
  home: Home,
  wanted: ReadonlyMap<string, string>,
): readonly string[] =>
  files
    .list(home.public.peers)
    .filter(name => /\.(json|pem)$/.test(name))
    .map(name => join(home.public.peers, name))
    .filter(path => !wanted.has(path));

function recordSequence(manifest: Manifest, bundle: TrustBundle, now: Date): void {
  if (manifest.trustBundle()?.sequence === bundle.sequence) return;
  manifest.transaction(write => recordTrustBundle(write, manifest, now));
}

/** Gives what verifiers should have from this transaction on its sequence, before any file shows it. Returns the sequence. */
export function recordTrustBundle(write: ManifestWriter, manifest: Manifest, now: Date): number {
  const { anchors, sequence } = trustBundle(manifest, now);
  if (manifest.trustBundle()?.sequence === sequence) return sequence;
  const sha256 = contentHash(anchors.map(({ certificate }) => certificate.der));
  write.recordTrustBundle({ sequence, sha256, writtenAt: now });
  write.audit('bundle.written', 'bundle', { sequence: String(sequence), anchors: String(anchors.length), sha256 });
  return sequence;
}

/** SHA-256 of the anchors in order, lower-case hex. */
function contentHash(anchors: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const der of anchors) hash.update(der);
  return hash.digest('hex');
}
