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
  /**
   * The tier of the new CA. An issuing CA gets pathLen 0. A root gets no limit, because a limited root cannot cross-sign its
   * successor.
   */
  readonly tier: 'root' | 'issuing';
  readonly subjectDer: Uint8Array;
  readonly trustDomain: string;
  readonly publicKeyDer: Uint8Array;
  readonly publicKeyBits: Uint8Array;
  /** The key identifier from an earlier certificate of this key. It must stay the same, because issued certificates name it. */
  readonly keyIdentifier?: Uint8Array;
  readonly serial: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly nameConstraints?: NameConstraints;
  /** The URL where the CRL of the CA that signs this one is published. */
  readonly crlUrl?: string;
}

/**
 * Composes the subject of a CA. It differs for each tier and generation, because people and some verifiers identify CAs by name.
 */
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

/** Builds the to-be-signed bytes of a CA certificate. Without `issuer`, it is self-signed with `algorithm`. */
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
    // the SPIFFE ID of the trust domain, without a path (X509-SVID §3.2)
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
