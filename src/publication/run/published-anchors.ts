import { join } from 'node:path';
import type { World } from '../../world/world.ts';
import { SvcauthError } from '../../errors/error.ts';
import { isCertified } from '../../ca/rules/active-issuer.ts';
import { trustAnchors } from '../../ca/rules/trust-anchors.ts';
import { equalBytes } from '../../pki/bytes.ts';
import { DerError } from '../../pki/der/reader.ts';
import { readPathCertificate, type PathCertificate } from '../../pki/path/path-certificate.ts';
import type { Manifest } from '../../store/manifest/manifest.ts';
import type { Report } from './finding.ts';
import { readCertificates } from '../../store/input/read-certificates.ts';

/** Reads the anchors of a published directory from its `bundle.pem`; without it, reports a finding and takes those of the manifest. */
export async function publishedAnchors(
  world: World,
  manifest: Manifest,
  directory: string,
  report: Report,
): Promise<readonly PathCertificate[]> {
  const own = trustAnchors(manifest.authorities().filter(isCertified));
  const ownAnchors = own.map(({ certificate }) => readPathCertificate(certificate.der));
  const path = join(directory, 'bundle.pem');
  if (world.files.status(path) === undefined) {
    report('no-trust-bundle', 'warning', `${path} is missing; verified with the anchors of the manifest`);
    return ownAnchors;
  }
  try {
    const anchors = (await readCertificates(world, path)).map(readPathCertificate);
    const missing = own.filter(({ certificate }) => !anchors.some(({ der }) => equalBytes(der, certificate.der)));
    if (missing.length > 0) {
      report('anchors-differ', 'critical', `${path} lacks the anchor of ${missing.map(({ id }) => id).join(', ')}`);
    }
    return anchors;
  } catch (cause) {
    if (!(cause instanceof SvcauthError || cause instanceof DerError)) throw cause;
    report('no-trust-bundle', 'integrity', `${path} cannot be parsed: ${cause.message}`);
    return ownAnchors;
  }
}
