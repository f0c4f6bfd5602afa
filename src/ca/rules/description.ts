import { findExtension } from '../../pki/extension/extension.ts';
import { decodeDistributionPoints } from '../../pki/extension/distribution-points.ts';
import { decodeSubjectKeyIdentifier } from '../../pki/extension/key-identifier.ts';
import { decodeNameConstraints } from '../../pki/extension/name-constraints.ts';
import { nameToString } from '../../pki/name/name.ts';
import { OID } from '../../pki/oids.ts';
import { decodeCertificate } from '../../pki/certificate/parsed.ts';
import { generalNameText } from '../../pki/name/general-name-text.ts';
import { authorityStatus, type AuthorityRow, type AuthorityStatus } from './status.ts';

/** The facts about one CA that `ca show` prints. */
export interface AuthorityDescription extends AuthorityStatus {
  readonly generation: number;
  readonly createdAt: Date;
  /** RFC 4514; absent, with what follows, while its certificate is awaited. */
  readonly subject?: string;
  readonly issuer?: string;
  readonly keyId?: Uint8Array;
  /** Name constraints (RFC 5280 §4.2.1.10). */
  readonly permitted?: readonly string[];
  readonly excluded?: readonly string[];
  /** CRL addresses in its certificate: those of the CA that issued it. */
  readonly crlUrls?: readonly string[];
}

export function describeAuthority(row: AuthorityRow, now: Date): AuthorityDescription {
  const { generation, createdAt, certificate } = row.authority;
  const known = { ...authorityStatus(row, now), generation, createdAt };
  if (certificate === undefined) return known;
  const { tbs } = decodeCertificate(certificate.der);
  const keyIdentifier = findExtension(tbs.extensions, OID.subjectKeyIdentifier);
  const constraints = findExtension(tbs.extensions, OID.nameConstraints);
  const points = findExtension(tbs.extensions, OID.cRLDistributionPoints);
  const { permitted, excluded } = constraints
    ? decodeNameConstraints(constraints.value)
    : { permitted: [], excluded: [] };
  return {
    ...known,
    subject: nameToString(tbs.subject),
    issuer: nameToString(tbs.issuer),
    ...(keyIdentifier && { keyId: decodeSubjectKeyIdentifier(keyIdentifier.value) }),
    ...(permitted.length > 0 && { permitted: permitted.map(generalNameText) }),
    ...(excluded.length > 0 && { excluded: excluded.map(generalNameText) }),
    ...(points && { crlUrls: decodeDistributionPoints(points.value).uris }),
  };
}
