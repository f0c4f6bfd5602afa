// Looks at all files of a source once, one file after the other.
// `source.ts` calls it at every interval. The files that did not change cost one `stat` each. It decides nothing.
import type { TrustDomain } from '../pki/name/spiffe-id.ts';
import { crlToBeSigned } from '../pki/crl/parsed.ts';
import type { PathCertificate } from '../pki/path/path-certificate.ts';
import { signatureSteps } from '../pki/path/signed-by.ts';
import { join } from 'node:path';
import { trustDomainOf } from './allow.ts';
import { readCrlFile, type CrlFile } from './crl-file.ts';
import { signersOf } from './crl-shelf.ts';
import type { FollowedFiles } from './followed-files.ts';
import { readCertificates, readIdentity, type Identity } from './identity.ts';
import { paced } from './pace.ts';
import { isProblem, problem, type Problem } from './problem.ts';
import type { Found, FoundBundle, FoundCrls } from './settle.ts';
import type { FederatedBundle, SourceOptions } from './types.ts';

/** The places of the files, with the options checked. */
export interface Site {
  readonly dir: string;
  readonly bundle: string | undefined;
  readonly federated: readonly { trustDomain: TrustDomain; bundle: string; checksRevocation: boolean }[];
  readonly crls: readonly string[] | false;
}

/** Checks the options. Throws TypeError. */
export function siteOf({ dir, bundle, federated = {}, crls }: SourceOptions): Site {
  // a caller in plain JavaScript that forgets it must not run without revocation checking
  if (crls === undefined) {
    throw new TypeError('crls: give the paths of the CRLs, or false to disable revocation checking');
  }
  return {
    dir,
    bundle,
    federated: Object.entries<FederatedBundle>(federated).map(([name, given]) => ({
      trustDomain: trustDomainOf(name, 'federated'),
      bundle: typeof given === 'string' ? given : given.bundle,
      checksRevocation: crls !== false && typeof given === 'string',
    })),
    crls: crls === false ? false : [crls].flat(),
  };
}

/** Reads the files that changed. `known` are further CAs that may have signed CRLs. */
export async function lookAt(
  site: Site,
  files: FollowedFiles,
  before: Identity | undefined,
  known: readonly PathCertificate[],
): Promise<Found> {
  files.begin();
  const identity = await readIdentity(files, site.dir, before);
  const beside = join(await files.versionDirectory(site.dir), 'ca.crt');
  const wanted = [
    { trustDomain: undefined, bundle: site.bundle ?? beside, checksRevocation: site.crls !== false },
    ...site.federated,
  ];
  const bundles: FoundBundle[] = [];
  for (const each of wanted) bundles.push(await readBundle(files, each));
  if (site.crls === false) return { identity, bundles, crls: undefined };
  const crls = await readCrls(files, site.crls);
  const anchors = bundles.flatMap(({ content }) => (isProblem(content) ? [] : content.anchors));
  await verifyNew(crls, [...anchors, ...(isProblem(identity) ? [] : identity.chain), ...known]);
  return { identity, bundles, crls };
}

async function readBundle(
  files: FollowedFiles,
  {
    trustDomain,
    bundle,
    checksRevocation,
  }: { trustDomain: TrustDomain | undefined; bundle: string; checksRevocation: boolean },
): Promise<FoundBundle> {
  const content = await files.read(bundle, bytes => {
    const anchors = readCertificates(bundle, bytes.toString('latin1'));
    return Promise.resolve(isProblem(anchors) ? anchors : { file: bundle, anchors });
  });
  return { trustDomain, checksRevocation, content, isSettled: files.isSettled(bundle) };
}

async function readCrls(files: FollowedFiles, paths: readonly string[]): Promise<FoundCrls> {
  const found: CrlFile[] = [];
  const problems: Problem[] = [];
  for (const path of paths) {
    const names = await files.pemFiles(path);
    if (isProblem(names)) {
      problems.push(names);
      continue;
    }
    for (const file of names) {
      const read = await files.read<CrlFile>(file, (bytes, before) => readCrlFile(file, bytes, before));
      if (isProblem(read)) problems.push(read);
      else found.push(read);
    }
  }
  const crls = found.flatMap(each => each.crls);
  problems.push(...found.flatMap(each => each.problems));
  if (crls.length === 0 && problems.length === 0) {
    problems.push(
      problem(
        'no-crls',
        paths.join(', '),
        'no CRL found: give the paths of the CRLs, or false to disable revocation checking',
      ),
    );
  }
  return { crls, problems };
}

/** Verifies the signatures of new CRLs, one after the other. */
async function verifyNew({ crls }: FoundCrls, signers: readonly PathCertificate[]): Promise<void> {
  for (const { crl } of crls) {
    for (const signer of signersOf(crl, signers)) await paced(signatureSteps(crl, crlToBeSigned(crl), signer));
  }
}
