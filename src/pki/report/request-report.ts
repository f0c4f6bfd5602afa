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

/** A certificate request, as far as a person asks. */
export interface RequestReport extends ExtensionFields {
  readonly type: 'request';
  readonly subject: string;
  readonly publicKey: PublicKeyReport;
  readonly signatureAlgorithm: string;
  /** Whether the key it names signed it. */
  readonly proofOfPossession: boolean;
  /** Attributes by the standard's name, else by OID. */
  readonly attributes: readonly string[];
  readonly extensions: readonly ExtensionReport[];
}

/** Throws DerError. */
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
