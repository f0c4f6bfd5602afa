import { isCertified } from '../../../ca/rules/active-issuer.ts';
import { decodeCertificate } from '../../../pki/certificate/parsed.ts';
import { parseSpiffeBundle } from '../../../pki/bundle/read.ts';
import { federatedFindings } from '../../rules/federated.ts';
import type { CheckSource } from '../source.ts';

/** Finds bundles of federated trust domains that are expired, outdated, or share an anchor with another trust domain. */
export const federations: CheckSource = ({ pki: { manifest, identity }, authorities, thresholds, at }) => {
  const bundles = manifest.federatedBundles();
  // most homes have none: decode nothing
  if (bundles.length === 0) return { findings: [] };
  const read = bundles.map(federated => {
    const { x509Authorities, refreshHint } = parseSpiffeBundle(federated.document);
    const anchors = x509Authorities.map(der => {
      const { tbs } = decodeCertificate(der);
      return { publicKeyDer: tbs.publicKey.der, notBefore: tbs.notBefore.date, notAfter: tbs.notAfter.date };
    });
    return { federated, anchors, ...(refreshHint !== undefined && { refreshHint }) };
  });
  const keys = authorities
    .filter(isCertified)
    .map(({ certificate }) => decodeCertificate(certificate.der).tbs.publicKey.der);
  return { findings: federatedFindings(read, { trustDomain: identity.trustDomain, keys }, thresholds, at) };
};
