// Builds the to-be-signed bytes of a leaf certificate: which extensions it has, in which order, and which are critical.
// Issuance and the plan of a rotation call it. Its callers choose names, dates and serial number; it signs nothing.
import { encodeDistributionPoint } from '../extension/distribution-points.ts';
import { encodeExtKeyUsage } from '../extension/ext-key-usage.ts';
import { encodeExtension } from '../extension/extension.ts';
import { encodeGeneralNames } from '../extension/general-name.ts';
import {
  encodeAuthorityKeyIdentifier,
  encodeSubjectKeyIdentifier,
  keyIdentifierOf,
} from '../extension/key-identifier.ts';
import { encodeKeyUsage } from '../extension/key-usage.ts';
import type { IssuerFacts } from './issuer.ts';
import type { KeyAlgorithm } from '../key/algorithm.ts';
import { leafAltNames, leafSubject, type LeafNames } from '../name/carried-names.ts';
import { OID } from '../oids.ts';
import type { ProfileName } from './profile-name.ts';
import { encodeTbsCertificate } from './tbs.ts';

/** The content of a leaf. If commonName is empty, the subject is empty and subjectAltName is critical (X509-SVID §3.1). */
export interface LeafRequest extends LeafNames {
  readonly profile: ProfileName;
  readonly keyKind: KeyAlgorithm['kind'];
  /** SubjectPublicKeyInfo. */
  readonly publicKeyDer: Uint8Array;
  /** The content of the key's BIT STRING, from which the key identifier is computed. */
  readonly publicKeyBits: Uint8Array;
  readonly serial: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

// X509-SVID §4.4: an SVID with this extension has both purposes; a leaf only for clients or only for servers is not an SVID
const PURPOSES: Readonly<Record<ProfileName, readonly string[]>> = {
  svid: [OID.serverAuth, OID.clientAuth],
  server: [OID.serverAuth],
  client: [OID.clientAuth],
};

// critical everywhere (X509-SVID §4.3)
const SIGNS = encodeExtension(OID.keyUsage, true, encodeKeyUsage(['digitalSignature']));
// NSS rejects a server with an RSA key that may not encipher, even where TLS does not need it (tried with tstclnt)
const SIGNS_AND_ENCIPHERS = encodeExtension(
  OID.keyUsage,
  true,
  encodeKeyUsage(['digitalSignature', 'keyEncipherment']),
);
const EXT_KEY_USAGE: Readonly<Record<ProfileName, Uint8Array>> = {
  svid: encodeExtension(OID.extKeyUsage, false, encodeExtKeyUsage(PURPOSES.svid)),
  server: encodeExtension(OID.extKeyUsage, false, encodeExtKeyUsage(PURPOSES.server)),
  client: encodeExtension(OID.extKeyUsage, false, encodeExtKeyUsage(PURPOSES.client)),
};

/**
 * Encodes once the extensions that all leaves of an issuer share; returns a function that prepares one to-be-signed leaf.
 * `crlUrl` is the URL of the issuer's CRL; if absent, leaves have no CRL distribution point.
 */
export function leafPreparer(issuer: IssuerFacts, crlUrl?: string): (request: LeafRequest) => Uint8Array {
  const authorityKeyIdentifier = encodeExtension(
    OID.authorityKeyIdentifier,
    false,
    encodeAuthorityKeyIdentifier(issuer.keyIdentifier),
  );
  const distributionPoint =
    crlUrl === undefined ? [] : [encodeExtension(OID.cRLDistributionPoints, false, encodeDistributionPoint(crlUrl))];
  return request => {
    const emptySubject = request.commonName === '';
    return encodeTbsCertificate({
      serial: request.serial,
      signatureAlgorithmDer: issuer.algorithm.signatureAlgorithmDer,
      issuerDer: issuer.subject.der,
      notBefore: request.notBefore,
      notAfter: request.notAfter,
      subjectDer: leafSubject(request),
      publicKeyDer: request.publicKeyDer,
      extensions: [
        authorityKeyIdentifier,
        encodeExtension(
          OID.subjectKeyIdentifier,
          false,
          encodeSubjectKeyIdentifier(keyIdentifierOf(request.publicKeyBits)),
        ),
        request.keyKind === 'rsa' && request.profile !== 'client' ? SIGNS_AND_ENCIPHERS : SIGNS,
        EXT_KEY_USAGE[request.profile],
        // critical only when the subject is empty (RFC 5280 §4.2.1.6)
        encodeExtension(OID.subjectAltName, emptySubject, encodeGeneralNames(leafAltNames(request))),
        ...distributionPoint,
      ],
    });
  };
}
