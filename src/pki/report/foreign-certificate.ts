// Describes for `inspect` a certificate that the strict reader of svcauth refuses.
// `report.ts` calls it after `reportCertificate` has failed. It never throws because of the bytes.
import { DerReader } from '../der/reader.ts';
import { KEY_USAGES } from '../extension/key-usage.ts';
import { fromHex } from '../bytes.ts';
import { decodeName, nameToString } from '../name/name.ts';
import type * as Peculiar from '../peculiar.ts';
import { decodePublicKeyInfo } from '../key/public-key-info.ts';
import { fingerprints, reportExtension, validityAt, type CertificateReport } from './certificate-report.ts';
import { verifiesUnderItself } from './foreign-signature.ts';
import { reportPublicKey } from './key-report.ts';

/**
 * Describes a certificate that is not strict DER as @peculiar/x509 reads it; undefined if it cannot. The result is only for
 * display; no decision uses it.
 */
export async function reportForeignCertificate(
  der: Uint8Array,
  notStrict: string,
  now: Date,
): Promise<CertificateReport | undefined> {
  const x509 = await import('../peculiar.ts');
  try {
    const certificate = new x509.X509Certificate(Uint8Array.from(der));
    const { notBefore, notAfter } = certificate;
    return {
      type: 'certificate',
      notStrict,
      serial: certificate.serialNumber,
      subject: foreignName(certificate.subjectName),
      issuer: foreignName(certificate.issuerName),
      notBefore,
      notAfter,
      validity: validityAt(now, notBefore, notAfter),
      selfSigned: await verifiesUnderItself(der),
      publicKey: reportPublicKey(decodePublicKeyInfo(new DerReader(new Uint8Array(certificate.publicKey.rawData)))),
      signatureAlgorithm: signatureName(certificate),
      names: (certificate.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? []).map(
        ({ type, value }) => ({ type: type === 'url' ? 'uri' : type, value }),
      ),
      ...foreignExtensions(x509, certificate),
      extensions: certificate.extensions.map(({ type, critical, value }) =>
        reportExtension({ oid: type, critical, value: new Uint8Array(value) }),
      ),
      ...fingerprints(der),
    };
  } catch {
    return undefined;
  }
}

/** Formats a name in our order, last RDN first, if the name is strict DER; otherwise in the library's order. */
function foreignName(name: Peculiar.Name): string {
  try {
    return nameToString(decodeName(new DerReader(new Uint8Array(name.toArrayBuffer())), 'a name'));
  } catch {
    return name.toString();
  }
}

function signatureName(certificate: Peculiar.X509Certificate): string {
  const { name, hash } = certificate.signatureAlgorithm as { readonly name: string; readonly hash?: { name: string } };
  return hash === undefined ? name : `${name} with ${hash.name}`;
}

function foreignExtensions(x509: typeof Peculiar, certificate: Peculiar.X509Certificate): Partial<CertificateReport> {
  const constraints = certificate.getExtension(x509.BasicConstraintsExtension);
  const usages = certificate.getExtension(x509.KeyUsagesExtension)?.usages;
  const subjectKey = fromHex(certificate.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId ?? '-');
  const authorityKey = fromHex(certificate.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId ?? '-');
  const pathLength = constraints?.pathLength;
  return {
    ...(constraints && {
      basicConstraints: { ca: constraints.ca, ...(pathLength !== undefined && { pathLength }) },
    }),
    ...(usages !== undefined && { keyUsage: KEY_USAGES.filter((_, bit) => (usages & (1 << bit)) !== 0) }),
    ...(subjectKey && { subjectKeyIdentifier: subjectKey }),
    ...(authorityKey && { authorityKeyIdentifier: authorityKey }),
  };
}
