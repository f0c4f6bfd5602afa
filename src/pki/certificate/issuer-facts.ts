import { decodeBasicConstraints } from '../extension/basic-constraints.ts';
import { findExtension } from '../extension/extension.ts';
import { decodeSubjectKeyIdentifier, keyIdentifierOf } from '../extension/key-identifier.ts';
import { decodeNameConstraints } from '../extension/name-constraints.ts';
import type { IssuerFacts } from './issuer.ts';
import type { KeyAlgorithm } from '../key/algorithm.ts';
import { OID } from '../oids.ts';
import type { ParsedCertificate } from './parsed.ts';

/**
 * Reads from a CA certificate the facts that lint compares with certificates and CRLs of the CA. The certificate of a root may
 * be unsigned. The key identifier is copied from the certificate, and computed only if the certificate has none.
 */
export function issuerFactsOf({ tbs }: Pick<ParsedCertificate, 'tbs'>, algorithm: KeyAlgorithm): IssuerFacts {
  const keyIdentifier = findExtension(tbs.extensions, OID.subjectKeyIdentifier);
  const constraints = findExtension(tbs.extensions, OID.basicConstraints);
  const names = findExtension(tbs.extensions, OID.nameConstraints);
  const pathLength = constraints && decodeBasicConstraints(constraints.value).pathLength;
  return {
    subject: tbs.subject,
    keyIdentifier:
      keyIdentifier === undefined
        ? keyIdentifierOf(tbs.publicKey.bits)
        : decodeSubjectKeyIdentifier(keyIdentifier.value),
    algorithm,
    publicKeyDer: tbs.publicKey.der,
    notBefore: tbs.notBefore.date,
    notAfter: tbs.notAfter.date,
    ...(pathLength !== undefined && { pathLength }),
    ...(names !== undefined && { nameConstraints: decodeNameConstraints(names.value) }),
  };
}
