// Judges whether a CRL is a full CRL of a CA: its issuer, signature, key and form. It checks no dates.
// `crl verify` and the checks of published directories call it. It reads no file.
import { toHex, equalBytes } from '../../pki/bytes.ts';
import { issuerFactsOf } from '../../pki/certificate/issuer-facts.ts';
import { KEY_ALGORITHMS } from '../../pki/key/algorithm.ts';
import { nameToString, sameName } from '../../pki/name/name.ts';
import { decodeCertificate, type ParsedTbsCertificate } from '../../pki/certificate/parsed.ts';
import {
  crlKeyIdentifier,
  crlNumber,
  crlToBeSigned,
  isDeltaCrl,
  type CrlHead,
  type CrlTail,
  type ParsedCrl,
} from '../../pki/crl/parsed.ts';
import type { StreamedCrl } from '../../pki/crl/stream.ts';
import { verifySignature } from '../../pki/key/signature.ts';
import type { CertifiedAuthority } from '../../ca/rules/active-issuer.ts';

/**
 * Explains why a CRL is not a full CRL of this CA: issuer, signature, key or form; undefined if it is. It does not check dates.
 * `crl` comes from `readCrl`, which has checked that every value can be read.
 */
export const crlOwnerProblem = (crl: ParsedCrl, authority: CertifiedAuthority): string | undefined =>
  ownerProblem(crl, authority, ({ publicKey }) =>
    verifySignature(crl.signatureAlgorithm, publicKey, crlToBeSigned(crl), crl.signature),
  );

/** Explains the same of a CRL that was read in pieces with the key of this CA. */
export const streamedCrlOwnerProblem = (crl: StreamedCrl, authority: CertifiedAuthority): string | undefined =>
  ownerProblem(crl, authority, () => crl.signatureValid);

/** True if no CA of ours has the issuer name and the key that this CRL names, whatever its signature. */
export function isOfStranger(crl: CrlHead & CrlTail, authorities: readonly CertifiedAuthority[]): boolean {
  const keyIdentifier = crlKeyIdentifier(crl);
  return !authorities.some(({ certificate, keyAlgorithm }) => {
    const facts = issuerFactsOf(decodeCertificate(certificate.der), KEY_ALGORITHMS[keyAlgorithm]);
    return (
      sameName(crl.issuer, facts.subject) &&
      (keyIdentifier === undefined || equalBytes(keyIdentifier, facts.keyIdentifier))
    );
  });
}

function ownerProblem(
  crl: CrlHead & CrlTail,
  authority: CertifiedAuthority,
  isSigned: (ca: ParsedTbsCertificate) => boolean,
): string | undefined {
  const certificate = decodeCertificate(authority.certificate.der);
  const { subject } = certificate.tbs;
  const { keyIdentifier } = issuerFactsOf(certificate, KEY_ALGORITHMS[authority.keyAlgorithm]);
  if (!sameName(crl.issuer, subject)) {
    return `its issuer ${nameToString(crl.issuer)} does not match ${nameToString(subject)} byte for byte`;
  }
  if (!equalBytes(crl.innerAlgorithm.der, crl.signatureAlgorithm.der)) return 'its two signature algorithms differ';
  if (!isSigned(certificate.tbs)) return `it was not signed with the key of ${authority.id}`;
  return extensionProblem(crl, keyIdentifier);
}

function extensionProblem(crl: CrlHead & CrlTail, keyIdentifier: Uint8Array): string | undefined {
  const found = crlKeyIdentifier(crl);
  if (found === undefined) return 'it has no authority key identifier';
  if (!equalBytes(found, keyIdentifier)) {
    return `its authority key identifier is ${toHex(found)}, and the key of the CA has ${toHex(keyIdentifier)}`;
  }
  if (crlNumber(crl) === undefined) return 'it has no CRL number';
  if (isDeltaCrl(crl)) return 'it is a delta CRL, which is not complete alone';
  return crl.nextUpdate === undefined ? 'it has no nextUpdate' : undefined;
}
