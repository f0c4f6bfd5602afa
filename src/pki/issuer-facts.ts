import { decodeBasicConstraints } from './extension/basic-constraints.ts';
import { findExtension } from './extension/extension.ts';
import { decodeSubjectKeyIdentifier, keyIdentifierOf } from './extension/key-identifier.ts';
import type { IssuerFacts } from './issuer.ts';
import type { KeyAlgorithm } from './key-algorithm.ts';
import { OID } from './oids.ts';
import type { ParsedCertificate } from './parsed-certificate.ts';

/** What a CA's certificate says about what it may sign. The key identifier is copied; computed only where it is absent. */
export function issuerFactsOf({ tbs }: ParsedCertificate, algorithm: KeyAlgorithm): IssuerFacts {
  const keyIdentifier = findExtension(tbs.extensions, OID.subjectKeyIdentifier);
  const constraints = findExtension(tbs.extensions, OID.basicConstraints);
  const pathLength = constraints && decodeBasicConstraints(constraints.value).pathLength;
  return {
    subject: tbs.subject,
    keyIdentifier:
      keyIdentifier === undefined
        ? keyIdentifierOf(tbs.publicKey.bits)
        : decodeSubjectKeyIdentifier(keyIdentifier.value),
    algorithm,
    notBefore: tbs.notBefore.date,
    notAfter: tbs.notAfter.date,
    ...(pathLength !== undefined && { pathLength }),
  };
}
