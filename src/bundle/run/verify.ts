// Checks trust bundles: a file from any source by itself, or every bundle in public/ against the manifest as well.
// `bundle verify` calls it. It never repairs a file: `bundle write` does.
import { relative } from 'node:path';
import type { World } from '../../world/world.ts';
import { bundleFinding, bundleFindings, type BundleFinding } from '../rules/finding.ts';
import { diffBundles } from '../rules/diff.ts';
import { bundleOfAnchors, parseBundleDocuments, type BundleDocuments } from '../rules/document.ts';
import { decodePem } from '../../pki/pem.ts';
import type { Home } from '../../store/home.ts';
import type { Manifest } from '../../store/manifest/manifest.ts';
import { readBundle } from './read.ts';
import { bundleFiles, strayFederatedFiles, trustBundle } from './write.ts';

export interface BundleVerification {
  /** Files, those of the home relative to it; or the trust domains of a map. */
  readonly checked: readonly string[];
  readonly findings: readonly BundleFinding[];
}

/** Verifies a file from any source by itself. */
export async function verifyBundleFile(world: World, file: string, now: Date): Promise<BundleVerification> {
  const documents = await readBundle(world, file);
  return { checked: subjectsOf(documents, file), findings: documentFindings(documents, file, now) };
}

const subjectsOf = (documents: BundleDocuments, file: string): readonly string[] =>
  'bundle' in documents ? [file] : [...documents.keys()];

const documentFindings = (documents: BundleDocuments, file: string, now: Date): readonly BundleFinding[] =>
  'bundle' in documents
    ? bundleFindings(documents, file, now)
    : [...documents].flatMap(([name, document]) => bundleFindings(document, name, now, name));

/** Verifies every bundle in public/: its agreement with the manifest, and its content. */
export function verifyOwnBundles(
  { files }: Pick<World, 'files'>,
  home: Home,
  manifest: Manifest,
  now: Date,
): BundleVerification {
  const bundle = trustBundle(manifest, now);
  const wanted = bundleFiles(home, manifest, bundle);
  const named = (path: string): string => relative(home.directory, path);
  const findings: BundleFinding[] = [];
  for (const [path, text] of wanted) {
    const present = files.read(path, LIMIT);
    const differs = present === undefined ? 'missing' : difference(Buffer.from(present).toString('utf8'), text);
    if (differs !== undefined) findings.push(bundleFinding('integrity', 'file-differs', named(path), differs));
  }
  for (const path of strayFederatedFiles({ files }, home, wanted)) {
    findings.push(
      bundleFinding('integrity', 'file-of-nobody', named(path), 'not in the manifest; consumers may still trust it'),
    );
  }
  const map = parseBundleDocuments(wanted.get(home.public.bundleMap)!);
  return {
    checked: [...wanted.keys()].map(named),
    findings: [...findings, ...documentFindings(map, home.public.bundleMap, now)],
  };
}

const LIMIT = 16 * 1024 * 1024;

/** Describes how a file differs from the expected content: by its anchors, if both can be parsed. */
function difference(present: string, wanted: string): string | undefined {
  if (present === wanted) return undefined;
  const [before, after] = [anchorsIn(present), anchorsIn(wanted)];
  if (before === undefined || after === undefined) return 'differs from the manifest';
  const { added, removed } = diffBundles(before, after);
  const words = [
    ...removed.map(({ subject }) => `unexpected anchor ${subject}`),
    ...added.map(({ subject }) => `missing anchor ${subject}`),
  ];
  return words.length > 0 ? words.join('; ') : 'has the right anchors, but other bytes differ from the manifest';
}

function anchorsIn(text: string) {
  try {
    const documents = text.startsWith('{')
      ? parseBundleDocuments(text)
      : bundleOfAnchors(decodePem(text).map(({ der }) => der));
    return 'bundle' in documents ? documents.bundle : undefined;
  } catch {
    // not a bundle, whatever the reason
    return undefined;
  }
}
