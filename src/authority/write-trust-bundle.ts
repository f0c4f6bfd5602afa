import { createHash } from 'node:crypto';
import type { World } from '../context.ts';
import type { TrustBundleRecord } from '../lifecycle/model.ts';
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
  const anchors = trustAnchors(manifest.authorities());
  const record = recordSequence(manifest, anchors, world.now);
  const wanted = [
    [home.public.bundlePem, encodePemBundle(anchors)],
    [home.public.bundleJson, encodeSpiffeBundle(anchors, record.sequence, REFRESH_HINT)],
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
  return { changed, anchors: anchors.length, sequence: record.sequence, files: wanted.map(([path]) => path) };
}

function recordSequence(manifest: Manifest, anchors: readonly Uint8Array[], now: Date): TrustBundleRecord {
  const hash = createHash('sha256');
  for (const der of anchors) hash.update(der);
  const sha256 = hash.digest('hex');
  const previous = manifest.trustBundle();
  if (previous?.sha256 === sha256) return previous;
  const record = { sequence: nextBundleSequence(previous?.sequence, now), sha256, writtenAt: now };
  manifest.transaction(write => {
    write.recordTrustBundle(record);
    write.audit('bundle.written', 'bundle', {
      sequence: String(record.sequence),
      anchors: String(anchors.length),
      sha256,
    });
  });
  return record;
}
