import { decodeCertificationRequest } from '../csr/certification-request.ts';
import { readExtensions } from '../lint/certificate-facts.ts';
import { nameToString } from '../name/name.ts';
import { oidName } from '../oids.ts';
import { verifySignature } from '../key/signature.ts';
import {
  extensionFields,
  reportExtension,
  signatureLabel,
  type ExtensionFields,
  type ExtensionReport,
} from './certificate-report.ts';
import { reportPublicKey, type PublicKeyReport } from './key-report.ts';

/** The description of a certificate request. */
export interface RequestReport extends ExtensionFields {
  readonly type: 'request';
  readonly subject: string;
  readonly publicKey: PublicKeyReport;
  readonly signatureAlgorithm: string;
  /** True if the private key of its public key signed it. */
  readonly proofOfPossession: boolean;
  /** The types of the attributes, by the standard's name or the OID. */
  readonly attributes: readonly string[];
  readonly extensions: readonly ExtensionReport[];
}

/** Describes a certificate request. Throws DerError. */
export function reportRequest(der: Uint8Array): RequestReport {
  const request = decodeCertificationRequest(der);
  return {
    type: 'request',
    subject: nameToString(request.subject),
    publicKey: reportPublicKey(request.publicKey),
    signatureAlgorithm: signatureLabel(request.signatureAlgorithm),
    proofOfPossession: verifySignature(request.signatureAlgorithm, request.publicKey, request.info, request.signature),
    ...extensionFields(readExtensions(request.extensions)),
    attributes: request.attributes.map(oid => oidName(oid) ?? oid),
    extensions: request.extensions.map(reportExtension),
  };
}
