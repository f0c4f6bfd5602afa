import { findExtension } from '../pki/extension/extension.ts';
import { decodeSubjectKeyIdentifier } from '../pki/extension/key-identifier.ts';
import { nameToString } from '../pki/name.ts';
import { OID } from '../pki/oids.ts';
import { decodeCertificate } from '../pki/parsed-certificate.ts';
import { authorityStatus, type AuthorityRow, type AuthorityStatus } from './status.ts';

/** Everything about one authority that a person may ask for. */
export interface AuthorityDescription extends AuthorityStatus {
  readonly generation: number;
  readonly createdAt: Date;
  /** RFC 4514; absent, with what follows, while its certificate is awaited. */
  readonly subject?: string;
  readonly issuer?: string;
  readonly keyIdentifier?: Uint8Array;
}

export function describeAuthority(row: AuthorityRow, now: Date): AuthorityDescription {
  const { generation, createdAt, certificate } = row.authority;
  const known = { ...authorityStatus(row, now), generation, createdAt };
  if (certificate === undefined) return known;
  const { tbs } = decodeCertificate(certificate.der);
  const keyIdentifier = findExtension(tbs.extensions, OID.subjectKeyIdentifier);
  return {
    ...known,
    subject: nameToString(tbs.subject),
    issuer: nameToString(tbs.issuer),
    ...(keyIdentifier && { keyIdentifier: decodeSubjectKeyIdentifier(keyIdentifier.value) }),
  };
}
