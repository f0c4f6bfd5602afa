// The source of findings about public/ and the published directories: what verifiers are served from them now.
// It reads the directories, without a lock, and no file that is not plain.
import { join } from 'node:path';
import { isCertified, type CertifiedAuthority } from '../../../ca/rules/active-issuer.ts';
import { trustAnchors } from '../../../ca/rules/trust-anchors.ts';
import { bundlePaths, planTrustBundle } from '../../../bundle/run/write.ts';
import { equalBytes } from '../../../pki/bytes.ts';
import { decodeCertificate } from '../../../pki/certificate/parsed.ts';
import { publishedStates } from '../../../publication/run/directory-state.ts';
import { lostRevocations } from '../../../publication/run/lost-revocations.ts';
import { planBundlePublication } from '../../../publication/run/publish-bundle.ts';
import type { HeldAnchor, PublishedState } from '../../../publication/rules/published-state.ts';
import type { Crl } from '../../../record/crl.ts';
import { directoryFindings, publicFindings, type DirectoryFacts } from '../../rules/published.ts';
import type { CheckLook, CheckSource } from '../source.ts';

/** Finds what verifiers would miss, or should not trust, in public/ and in each directory of the policy. */
export const publications: CheckSource = async look => {
  const { pki, policy, thresholds, at, everything } = look;
  const states = publishedStates(pki, policy);
  const latest = new Map(
    look.authorities.flatMap(({ id }) => {
      const crl = pki.manifest.latestCrl(id);
      return crl === undefined ? [] : [[id, crl] as const];
    }),
  );
  const facts = [];
  for (const state of states) facts.push(await factsOf(look, state, latest));
  return {
    findings: facts.flatMap(each =>
      each.state.isHome ? publicFindings(each) : directoryFindings(each, thresholds, at),
    ),
    ...(everything && { directories: states }),
  };
};

async function factsOf(
  { pki, authorities }: CheckLook,
  state: PublishedState,
  latest: ReadonlyMap<string, Crl>,
): Promise<DirectoryFacts> {
  const certified = authorities.filter(isCertified);
  // a key is compared only where the certificates differ
  const isOf = ({ der }: HeldAnchor, { certificate }: CertifiedAuthority) =>
    equalBytes(der, certificate.der) || equalBytes(keyOf(der), keyOf(certificate.der));
  const { bundle, crls } = state.content;
  const held = [bundle.anchors, ...(bundle.problem === undefined ? [bundle.jsonAnchors] : [])];
  return {
    state,
    latest,
    missingAnchors: trustAnchors(certified)
      .filter(anchor => !held.every(anchors => anchors.some(each => isOf(each, anchor))))
      .map(({ id }) => id),
    foreignAnchors: held
      .flat()
      .filter(each => !certified.some(authority => isOf(each, authority)))
      .filter(({ sha256 }, index, all) => all.findIndex(each => each.sha256 === sha256) === index),
    lost: state.isHome ? new Map() : lostRevocations(pki, state.directory, [...crls.values()], latest),
    outdated: await outdatedFiles(pki, state),
  };
}

const keyOf = (der: Uint8Array): Uint8Array => decodeCertificate(der).tbs.publicKey.der;

/** Names the bundles that differ from their source: the manifest for public/, else public/. */
async function outdatedFiles(
  pki: CheckLook['pki'],
  { directory, isHome, content }: PublishedState,
): Promise<readonly string[]> {
  if (content.obstacle !== undefined || content.bundle.problem !== undefined) return [];
  const { files } = pki.world;
  const short = (path: string): string => path.slice(directory.length + 1);
  const paths = bundlePaths(pki.home, pki.manifest).map(path => join(directory, path));
  // opening a named pipe waits for its writer
  const strange = paths.filter(path => !['file', undefined].includes(files.status(path)?.kind));
  if (strange.length > 0) return strange.map(short);
  if (isHome) {
    const plan = planTrustBundle(pki);
    return [...plan.files.keys(), ...plan.stale].map(short);
  }
  const { files: planned } = await planBundlePublication(pki, directory);
  return planned
    .filter(({ action }) => action === 'new' || action === 'replace' || action === 'remove')
    .map(({ name }) => name);
}
