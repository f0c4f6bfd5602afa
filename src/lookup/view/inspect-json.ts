// Converts a report into the content that `inspect` prints as JSON: the same values under the keys that every document uses.
// `inspect.ts` calls it. It decodes nothing.
import type { CertificateReport, ExtensionFields } from '../../pki/report/certificate-report.ts';
import type { SvidVerdict } from '../../pki/certificate/svid.ts';
import type { Report } from '../../pki/report/report.ts';
import type { DocumentOf } from '../../view/output.ts';
import type { INSPECT } from './inspect-documents.ts';

/** A content as `-o json` prints it. */
export type Content = DocumentOf<typeof INSPECT>['value']['files'][number]['contents'][number];

export function contentOf(report: Report): Content {
  switch (report.type) {
    case 'certificate':
      return certificateContent(report);
    case 'request':
      return withKeyIds(report);
    case 'crl': {
      const { keyIdentifier: keyId, ...crl } = report;
      return { ...crl, keyId };
    }
    case 'pkcs12':
      return {
        ...report,
        certificates: report.certificates.map(({ friendlyName, localKeyId, ...certificate }) => ({
          friendlyName,
          localKeyId,
          ...certificateContent(certificate),
        })),
      };
    case 'bundle':
      return {
        ...report,
        keys: report.keys.map(key => ({ ...key, certificates: key.certificates.map(certificateContent) })),
      };
    default:
      return report;
  }
}

function certificateContent({ spiffe, sha256, x5tS256, ...report }: CertificateReport) {
  return { ...withKeyIds(report), spiffe: spiffe && spiffeContent(spiffe), sha256, x5tS256 };
}

const spiffeContent = (verdict: SvidVerdict) =>
  verdict.kind === 'none'
    ? { verdict: verdict.kind, refusals: verdict.refusals }
    : { verdict: verdict.kind, spiffeId: verdict.id };

function withKeyIds<Report extends Pick<CertificateReport, keyof ExtensionFields | 'extensions'>>(report: Report) {
  const { subjectKeyIdentifier: keyId, authorityKeyIdentifier: issuerKeyId, extensions, ...others } = report;
  return { ...others, keyId, issuerKeyId, extensions };
}
