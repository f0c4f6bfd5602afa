// Decides which trust bundles of a published directory are replaced by those of public/, and which must not be.
// `publish-crls.ts` puts the answer into its plan and writes the files. It writes nothing itself.
import { join } from 'node:path';
import type { World } from '../../world/world.ts';
import { equalBytes } from '../../pki/bytes.ts';
import { decodeCertificate } from '../../pki/certificate/parsed.ts';
import type { Home } from '../../store/home.ts';
import type { Manifest } from '../../store/manifest/manifest.ts';
import { bundleSequence } from '../../bundle/run/sequence.ts';
import { planFederatedPublication } from './publish-federated.ts';
import { readCertificates } from '../../store/input/read-certificates.ts';
import type { PublishedFile } from './published-file.ts';

const BUNDLE_PEM = 'bundle.pem';
const BUNDLE_JSON = 'bundle.json';

interface BundlePki {
  readonly world: World;
  readonly home: Home;
  readonly manifest: Manifest;
}

const LIMIT = 16 * 1024 * 1024;

/**
 * Compares the trust bundles of a directory with ours: verifiers read CRLs and anchors from the same directory. A bundle with an
 * anchor that is not ours was made by hand and stays, unless `replaceForeign`. `problems`: reasons to replace nothing.
 */
export async function planBundlePublication(
  pki: BundlePki,
  directory: string,
  replaceForeign = false,
): Promise<{ readonly files: readonly PublishedFile[]; readonly problems: readonly string[] }> {
  const { world, home } = pki;
  const files: PublishedFile[] = [];
  for (const name of [BUNDLE_PEM, BUNDLE_JSON]) {
    const [from, to] = [join(home.public.directory, name), join(directory, name)];
    const ours = world.files.read(from, LIMIT);
    if (ours === undefined) continue;
    const theirs = world.files.read(to, LIMIT);
    if (theirs === undefined) files.push({ name, action: 'new' });
    else if (equalBytes(ours, theirs)) files.push({ name, action: 'same' });
    else files.push({ name, action: replaceForeign || (await isOurs(pki, to)) ? 'replace' : 'keep' });
  }
  const older = files.some(({ name, action }) => name === BUNDLE_JSON && action === 'replace');
  const federated = planFederatedPublication(pki, directory);
  return {
    files: [...files, ...federated.files],
    problems: [...(older && !replaceForeign ? sequenceProblems(pki, directory) : []), ...federated.problems],
  };
}

/** Compares keys, as an anchor may have a new certificate. A file that cannot be parsed counts as ours. */
async function isOurs({ world, manifest }: BundlePki, path: string): Promise<boolean> {
  const keyOf = (der: Uint8Array): Uint8Array => decodeCertificate(der).tbs.publicKey.der;
  const keys = manifest.authorities().flatMap(({ certificate }) => (certificate ? [keyOf(certificate.der)] : []));
  try {
    const anchors = await readCertificates(world, path);
    return anchors.every(der => keys.some(key => equalBytes(key, keyOf(der))));
  } catch {
    return true;
  }
}

/** Refuses a smaller sequence: consumers ignore a bundle older than theirs (SPIFFE Trust Domain and Bundle §4.1.1). */
function sequenceProblems({ world, home }: BundlePki, directory: string): readonly string[] {
  const [ours, theirs] = [home.public.directory, directory].map(each => bundleSequence(world, join(each, BUNDLE_JSON)));
  if (ours === undefined || theirs === undefined || theirs <= ours) return [];
  return [`the sequence of its trust bundle would go back from ${theirs} to ${ours}`];
}
