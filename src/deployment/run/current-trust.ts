// Makes the chain and the anchors that the files of services should hold now, from the CAs of the manifest.
// Inspection, repair and rotation steps compare service files with it. It reads no file.
import { isCertified } from '../../ca/rules/active-issuer.ts';
import { servedChain } from '../../ca/rules/served-chain.ts';
import { trustAnchors } from '../../ca/rules/trust-anchors.ts';
import { encodePemBundle } from '../../pki/bundle/trust-bundle.ts';
import { toHex, utf8 } from '../../pki/bytes.ts';
import { decodePem, PemError } from '../../pki/pem.ts';
import type { Manifest } from '../../store/manifest/manifest.ts';

export interface CurrentTrust {
  readonly anchorsPem: Uint8Array;
  /** By id of the issuing CA; PEM, without the root. */
  readonly chains: ReadonlyMap<string, Uint8Array>;
  /** True for a PEM text of certificates of our CAs only, at least one of them. */
  isOfOurs(pem: Uint8Array): boolean;
}

export function currentTrust(manifest: Pick<Manifest, 'authorities' | 'furtherCertificates'>): CurrentTrust {
  const authorities = manifest.authorities();
  const further = manifest.furtherCertificates();
  const certified = authorities.filter(isCertified);
  const ours = new Set([...certified.map(({ certificate }) => certificate), ...further].map(({ der }) => toHex(der)));
  return {
    anchorsPem: utf8(encodePemBundle(trustAnchors(authorities).map(({ certificate }) => certificate.der))),
    chains: new Map(
      certified.map(authority => [authority.id, utf8(encodePemBundle(servedChain(authority, authorities, further)))]),
    ),
    isOfOurs: pem => {
      const ders = dersIn(pem);
      return ders.length > 0 && ders.every(der => ours.has(toHex(der)));
    },
  };
}

function dersIn(pem: Uint8Array): readonly Uint8Array[] {
  try {
    return decodePem(Buffer.from(pem).toString('latin1')).map(({ der }) => der);
  } catch (cause) {
    if (cause instanceof PemError) return [];
    throw cause;
  }
}
