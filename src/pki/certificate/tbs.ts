import { contextTag, integer, sequence, time, tlv, unsignedInteger } from '../der/writer.ts';

/** The fields of a TBSCertificate. Names and keys are DER, copied byte for byte. */
export interface TbsCertificateFields {
  /** Magnitude octets. */
  readonly serial: Uint8Array;
  readonly signatureAlgorithmDer: Uint8Array;
  readonly issuerDer: Uint8Array;
  readonly notBefore: Date;
  /** Inclusive. */
  readonly notAfter: Date;
  readonly subjectDer: Uint8Array;
  readonly publicKeyDer: Uint8Array;
  /** Encoded extensions, in the order of the certificate. */
  readonly extensions: readonly Uint8Array[];
}

const VERSION_3 = tlv(contextTag(0, true), integer(2));

const encodeValidity = (notBefore: Date, notAfter: Date): Uint8Array => sequence(time(notBefore), time(notAfter));

/** Encodes a TBSCertificate in the field order of RFC 5280 §4.1.2. The version is always 3. */
export function encodeTbsCertificate(fields: TbsCertificateFields): Uint8Array {
  return sequence(
    VERSION_3,
    unsignedInteger(fields.serial),
    fields.signatureAlgorithmDer,
    fields.issuerDer,
    encodeValidity(fields.notBefore, fields.notAfter),
    fields.subjectDer,
    fields.publicKeyDer,
    tlv(contextTag(3, true), sequence(...fields.extensions)),
  );
}
