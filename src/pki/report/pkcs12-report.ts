import { toHex } from '../bytes.ts';
import { openPkcs12 } from '../pkcs12/open.ts';
import type { CertificateReport } from './certificate-report.ts';
import { reportEncryption, reportPkcs8, type EncryptionReport, type PublicKeyReport } from './key-report.ts';

/** The description of a PKCS#12 file, as far as it could be decrypted. */
export interface Pkcs12Report {
  readonly type: 'pkcs12';
  readonly mac?: { readonly label: string; readonly iterations: number; readonly verified: boolean };
  readonly certificates: readonly (CertificateReport & Label)[];
  readonly keys: readonly (Label & { readonly encryption?: EncryptionReport; readonly publicKey?: PublicKeyReport })[];
  readonly others: readonly string[];
  /** The encryption of each part that was not decrypted. */
  readonly closed: readonly string[];
}

interface Label {
  readonly friendlyName?: string;
  readonly localKeyId?: string;
}

type ReportCertificate = (der: Uint8Array) => Promise<CertificateReport>;

/** Describes a PKCS#12 file. Throws DerError for a damaged key, and the errors of `openPkcs12` and `certificate`. */
export async function reportPkcs12(
  der: Uint8Array,
  passphrase: Uint8Array | undefined,
  what: string,
  certificate: ReportCertificate,
): Promise<Pkcs12Report> {
  const { mac, certificates, keys, others, closed } = await openPkcs12(der, passphrase, what);
  const reports: (CertificateReport & Label)[] = [];
  for (const packed of certificates) reports.push({ ...(await certificate(packed.der)), ...labelOf(packed) });
  return {
    type: 'pkcs12',
    ...(mac && { mac: { ...mac, iterations: Number(mac.iterations) } }),
    certificates: reports,
    keys: keys.map(({ encryption, pkcs8, ...packed }) => ({
      ...labelOf(packed),
      ...(encryption && { encryption: reportEncryption(encryption) }),
      ...(pkcs8 && { publicKey: reportPkcs8(pkcs8) }),
    })),
    others,
    closed,
  };
}

function labelOf(packed: {
  readonly friendlyName: string | undefined;
  readonly localKeyId: Uint8Array | undefined;
}): Label {
  const { friendlyName, localKeyId } = packed;
  return { ...(friendlyName !== undefined && { friendlyName }), ...(localKeyId && { localKeyId: toHex(localKeyId) }) };
}
