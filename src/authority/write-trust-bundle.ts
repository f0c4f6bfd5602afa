import { createHash } from 'node:crypto';
import type { World } from '../context.ts';
import type { CertifiedAuthority } from '../lifecycle/active-issuer.ts';
import { nextBundleSequence, REFRESH_HINT, trustAnchors } from '../lifecycle/trust-anchors.ts';
import { equalBytes, utf8 } from '../pki/bytes.ts';
import { encodePemBundle, encodeSpiffeBundle } from '../pki/trust-bundle.ts';
import type { Home } from '../store/home.ts';
import type { Manifest } from '../store/manifest.ts';

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

const PUBLIC_FILE = 0o644;
const LIMIT = 16 * 1024 * 1024;

/**
 * Makes public/bundle.pem and bundle.json say what the manifest says. The sequence is durable before a file shows it, so
 * it never repeats with other content; files that already say it are left alone.
 */
export function writeTrustBundle(
  world: Pick<World, 'files' | 'now'>,
  home: Home,
  manifest: Manifest,
): TrustBundleResult {
  const bundle = trustBundle(manifest, world.now);
  recordSequence(manifest, bundle, world.now);
  const wanted = [
    [home.public.bundlePem, bundle.pem],
    [home.public.bundleJson, bundle.spiffe],
  ] as const;
  let changed = false;
  for (const [path, text] of wanted) {
    const bytes = utf8(text);
    const present = world.files.read(path, LIMIT);
    if (present !== undefined && equalBytes(present, bytes)) continue;
    world.files.makeDirectory(home.public.directory, 0o755);
    world.files.replace(path, bytes, PUBLIC_FILE);
    changed = true;
  }
  return {
    changed,
    anchors: bundle.anchors.length,
    sequence: bundle.sequence,
    files: wanted.map(([path]) => path),
  };
}

function recordSequence(manifest: Manifest, { anchors, sequence }: TrustBundle, now: Date): void {
  if (manifest.trustBundle()?.sequence === sequence) return;
  const sha256 = contentHash(anchors.map(({ certificate }) => certificate.der));
  manifest.transaction(write => {
    write.recordTrustBundle({ sequence, sha256, writtenAt: now });
    write.audit('bundle.written', 'bundle', { sequence: String(sequence), anchors: String(anchors.length), sha256 });
  });
}

/** SHA-256 of the anchors in order, lower-case hex. */
function contentHash(anchors: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const der of anchors) hash.update(der);
  return hash.digest('hex');
}
