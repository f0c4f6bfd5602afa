// Builds the to-be-signed bytes of a CA certificate, root, issuing or cross, and composes the subject of a CA.
// `ca/run/new-authority.ts` and the plan of a rotation call it. Its callers choose dates and serial number; it signs nothing.
import { encodeBasicConstraints } from '../extension/basic-constraints.ts';
import { encodeDistributionPoint } from '../extension/distribution-points.ts';
import { encodeExtension } from '../extension/extension.ts';
import { encodeGeneralNames } from '../extension/general-name.ts';
import {
  encodeAuthorityKeyIdentifier,
  encodeSubjectKeyIdentifier,
  keyIdentifierOf,
} from '../extension/key-identifier.ts';
import { encodeKeyUsage } from '../extension/key-usage.ts';
import { encodeNameConstraints, type NameConstraints } from '../extension/name-constraints.ts';
import type { IssuerFacts } from './issuer.ts';
import type { KeyAlgorithm } from '../key/algorithm.ts';
import { encodeName } from '../name/name.ts';
import { OID } from '../oids.ts';
import { encodeTbsCertificate } from './tbs.ts';

export interface AuthorityRequest {
  /** Of the new CA; an issuing CA issues leaves only (pathLen 0), a root has no limit (a limited root breaks rollover). */
  readonly tier: 'root' | 'issuing';
  readonly subjectDer: Uint8Array;
  readonly trustDomain: string;
  readonly publicKeyDer: Uint8Array;
  readonly publicKeyBits: Uint8Array;
  /** Of a key that has a certificate already: as that one has it, or what it signed would no longer name its issuer. */
  readonly keyIdentifier?: Uint8Array;
  readonly serial: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly nameConstraints?: NameConstraints;
  /** Where the CRL of the CA that signs this one is served. */
  readonly crlUrl?: string;
}

/** The subject of a CA: distinct per tier and generation, because people and some verifiers tell CAs apart by name. */
export function authoritySubject(
  name: string,
  trustDomain: string,
  tier: 'root' | 'issuing',
  generation: number,
): Uint8Array {
  const commonName = `${name} ${tier === 'root' ? 'Root' : 'Issuing'} g${generation}`;
  // ub-organization-name is 64 characters; a trust domain may have 255 bytes
  const organization = trustDomain.length <= 64 ? ([[OID.organizationName, trustDomain]] as const) : [];
  return encodeName([...organization, [OID.commonName, commonName]]);
}

/** A to-be-signed CA certificate. `issuer` absent: self-signed with `algorithm`. */
export function prepareAuthority(
  request: AuthorityRequest,
  issuer: IssuerFacts | { algorithm: KeyAlgorithm },
): Uint8Array {
  const selfSigned = !('subject' in issuer);
  const keyIdentifier = request.keyIdentifier ?? keyIdentifierOf(request.publicKeyBits);
  const extensions = [
    encodeExtension(
      OID.basicConstraints,
      true,
      encodeBasicConstraints(request.tier === 'root' ? { ca: true } : { ca: true, pathLength: 0 }),
    ),
    encodeExtension(OID.keyUsage, true, encodeKeyUsage(['keyCertSign', 'cRLSign'])),
    encodeExtension(OID.subjectKeyIdentifier, false, encodeSubjectKeyIdentifier(keyIdentifier)),
    encodeExtension(
      OID.authorityKeyIdentifier,
      false,
      encodeAuthorityKeyIdentifier(selfSigned ? keyIdentifier : issuer.keyIdentifier),
    ),
    // the trust domain's id without a path (X509-SVID §3.2)
    encodeExtension(
      OID.subjectAltName,
      false,
      encodeGeneralNames([{ type: 'uri', value: `spiffe://${request.trustDomain}` }]),
    ),
  ];
  if (request.nameConstraints !== undefined) {
    extensions.push(encodeExtension(OID.nameConstraints, true, encodeNameConstraints(request.nameConstraints)));
  }
  if (request.crlUrl !== undefined) {
    extensions.push(encodeExtension(OID.cRLDistributionPoints, false, encodeDistributionPoint(request.crlUrl)));
  }
  return encodeTbsCertificate({
    serial: request.serial,
    signatureAlgorithmDer: issuer.algorithm.signatureAlgorithmDer,
    issuerDer: selfSigned ? request.subjectDer : issuer.subject.der,
    notBefore: request.notBefore,
    notAfter: request.notAfter,
    subjectDer: request.subjectDer,
    publicKeyDer: request.publicKeyDer,
    extensions,
  });
}
