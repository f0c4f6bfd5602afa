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
import { bundleFiles, strayPeerFiles, trustBundle } from './write.ts';

export interface BundleVerification {
  /** Files that were looked at, those of the home by their place in it; or the trust domains of a map. */
  readonly checked: readonly string[];
  readonly findings: readonly BundleFinding[];
}

/** A bundle that somebody else may have made. */
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

/** Every bundle in public/: that it says what the manifest says, and what is wrong with what the manifest says. */
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
    const differs = present === undefined ? 'it is missing' : difference(Buffer.from(present).toString('utf8'), text);
    if (differs !== undefined) findings.push(bundleFinding('integrity', 'file-differs', named(path), differs));
  }
  for (const path of strayPeerFiles({ files }, home, wanted)) {
    findings.push(
      bundleFinding('integrity', 'file-of-nobody', named(path), 'it is of a peer that the manifest does not know'),
    );
  }
  const map = parseBundleDocuments(wanted.get(home.public.bundleMap)!);
  return {
    checked: [...wanted.keys()].map(named),
    findings: [...findings, ...documentFindings(map, home.public.bundleMap, now)],
  };
}

const LIMIT = 16 * 1024 * 1024;

/** In what a file is not what it should be, as far as it can be told. */
function difference(present: string, wanted: string): string | undefined {
  if (present === wanted) return undefined;
  const [before, after] = [anchorsIn(present), anchorsIn(wanted)];
  if (before === undefined || after === undefined) return 'it is not what the manifest says';
  const { added, removed } = diffBundles(before, after);
  const words = [
    ...removed.map(({ subject }) => `it holds ${subject}, which does not belong there`),
    ...added.map(({ subject }) => `it lacks ${subject}`),
  ];
  return words.length > 0
    ? words.join(', ')
    : 'it holds the right anchors, and is not to the byte what the manifest says';
}

function anchorsIn(text: string) {
  try {
    const documents = text.startsWith('{')
      ? parseBundleDocuments(text)
      : bundleOfAnchors(decodePem(text).map(({ der }) => der));
    return 'bundle' in documents ? documents.bundle : undefined;
  } catch {
    // whatever it is, it is no bundle
    return undefined;
  }
}
