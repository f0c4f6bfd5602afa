/**
 * Updates every file from the manifest after a step or a new certificate. It decides nothing about the rotation, and reads only which
 * services have outdated files.
 */
import { isCertified } from '../../ca/rules/active-issuer.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { trustAnchors } from '../../ca/rules/trust-anchors.ts';
import { equalBytes, utf8 } from '../../pki/bytes.ts';
import { encodePemBundle } from '../../pki/bundle/trust-bundle.ts';
import { PUBLIC_FILE } from '../../store/home.ts';
import type { Pki } from '../../store/open-pki.ts';
import { writeCertificateFile, wrongCertificateFiles } from '../../ca/run/certificate-file.ts';
import { destroyRetiredKeys } from '../../ca/run/destroy-key.ts';
import {
  hasFollowers,
  retrustServices,
  staleServices,
  type RetrustResult,
} from '../../deployment/run/service-trust.ts';
import { writeTrustBundle } from '../../bundle/run/write.ts';

export interface SyncedFiles extends RetrustResult {
  /** True if a file changed. */
  readonly changed: boolean;
}

const LIMIT = 1024 * 1024;

/**
 * Updates CA certificates, bundles and the chains and anchors of services from the manifest. With `destroysKeys` it then destroys the keys
 * of retired CAs.
 * The next run finishes an interrupted one. Without `chains`, a service with only an outdated chain keeps it: between activate and drain
 * that is intended.
 */
export async function syncFiles(
  pki: Pki,
  policy: Policy,
  { chains, destroysKeys = false }: { readonly chains: boolean; readonly destroysKeys?: boolean },
): Promise<SyncedFiles> {
  const certificates = writeCertificates(pki);
  const bundle = writeTrustBundle(pki.world, pki.home, pki.manifest).changed;
  const intermediates = writeIntermediates(pki);
  const services = await retrustServices(
    pki,
    staleServices(pki, hasFollowers(policy)).filter(each => each.anchors || chains),
  );
  const keys = destroysKeys && destroyRetiredKeys(pki);
  const changed = certificates || bundle || intermediates || keys || services.refreshed.length > 0;
  return { ...services, changed };
}

function writeCertificates(pki: Pki): boolean {
  const wrong = wrongCertificateFiles(pki);
  for (const authority of wrong) writeCertificateFile(pki, authority);
  return wrong.length > 0;
}

/** Writes every certificate between a leaf and a root, for verifiers that need intermediates. None of them is an anchor. */
function writeIntermediates({ world: { files }, home, manifest }: Pki): boolean {
  const authorities = manifest.authorities().filter(isCertified);
  const trusted = new Set([
    ...trustAnchors(authorities).map(({ id }) => id),
    ...authorities.filter(({ tier }) => tier === 'policy').map(({ id }) => id),
  ]);
  const live = authorities.filter(({ state, publishedAt }) => {
    return state === 'active' || state === 'draining' || (state === 'prepared' && publishedAt !== undefined);
  });
  const ids = new Set(live.map(({ id }) => id));
  const certificates = [
    ...live.filter(({ id, certificate }) => certificate.issuerId !== id).map(({ certificate }) => certificate),
    // an extended root has a further self-signed certificate
    ...manifest.furtherCertificates().filter(each => ids.has(each.authorityId) && each.issuerId !== each.authorityId),
  ].filter(({ issuerId }) => trusted.has(issuerId));
  const pem = utf8(encodePemBundle(certificates.map(({ der }) => der)));
  const present = files.read(home.public.intermediates, LIMIT);
  if (equalBytes(present ?? new Uint8Array(), pem)) return false;
  files.replace(home.public.intermediates, pem, PUBLIC_FILE);
  return true;
}
