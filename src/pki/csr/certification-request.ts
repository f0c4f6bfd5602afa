// Splits a certificate request into its fields.
// `csr.ts` reads requests for issuance with it, `inspect` shows them. `csr.ts` judges signature, key and names.
import { decodeAlgorithmIdentifier, type AlgorithmIdentifier } from '../key/algorithm-identifier.ts';
import { DerError, DerReader } from '../der/reader.ts';
import { contextTag, TAG } from '../der/writer.ts';
import { decodeExtensions, type Extension } from '../extension/extension.ts';
import { decodeName, type Name } from '../name/name.ts';
import { OID } from '../oids.ts';
import { decodePublicKeyInfo, type PublicKeyInfo } from '../key/public-key-info.ts';

/** PKCS#10 (RFC 2986 §4); everything is a view into `der`. */
export interface CertificationRequest {
  readonly der: Uint8Array;
  /** CertificationRequestInfo: the signed bytes. */
  readonly info: Uint8Array;
  readonly subject: Name;
  readonly publicKey: PublicKeyInfo;
  /** The types of all attributes in dotted decimal. */
  readonly attributes: readonly string[];
  /** The extensions in the extensionRequest attribute (RFC 2985 §5.4.2). svcauth decides which of them a certificate gets. */
  readonly extensions: readonly Extension[];
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
}

/** Decodes strict DER, the structure only. Throws DerError. */
export function decodeCertificationRequest(der: Uint8Array): CertificationRequest {
  const outer = new DerReader(der);
  const reader = outer.enter(TAG.sequence, 'a request');
  outer.finish('a request');
  const info = reader.enter(TAG.sequence, 'certificationRequestInfo');
  const version = info.smallInteger('version');
  if (version !== 0) throw new DerError(`request version ${version + 1} does not exist`, info.position);
  const subject = decodeName(info, 'subject');
  const publicKey = decodePublicKeyInfo(info);
  const attributes = decodeAttributes(info.optional(contextTag(0, true), 'attributes'));
  info.finish('certificationRequestInfo');
  const signatureAlgorithm = decodeAlgorithmIdentifier(reader, 'signatureAlgorithm');
  const signature = reader.wholeBits('signature');
  reader.finish('a request');
  const requested = attributes.get(OID.extensionRequest);
  return {
    der,
    info: info.element,
    subject,
    publicKey,
    attributes: [...attributes.keys()],
    extensions: requested === undefined ? [] : decodeExtensionRequest(requested),
    signatureAlgorithm,
    signature,
  };
}

/** Returns the reader of the SET OF values for each attribute type. */
function decodeAttributes(list: DerReader | undefined): ReadonlyMap<string, DerReader> {
  const attributes = new Map<string, DerReader>();
  while (list !== undefined && !list.done) {
    const at = list.position;
    const attribute = list.enter(TAG.sequence, 'an attribute');
    const type = attribute.oid('an attribute type');
    const values = attribute.enter(TAG.set, 'the values of an attribute');
    attribute.finish('an attribute');
    // two programs could choose different ones
    if (attributes.has(type)) throw new DerError(`attribute ${type} occurs twice`, at);
    attributes.set(type, values);
  }
  return attributes;
}

function decodeExtensionRequest(values: DerReader): readonly Extension[] {
  const extensions = decodeExtensions(values, 'extensionRequest');
  // SINGLE VALUE TRUE (RFC 2985 §5.4.2)
  values.finish('extensionRequest');
  return extensions;
}
