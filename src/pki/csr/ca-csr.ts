import { bitString, contextTag, integer, oid, sequence, setOf, tlv } from '../der/writer.ts';
import { encodeBasicConstraints } from '../extension/basic-constraints.ts';
import { encodeExtension } from '../extension/extension.ts';
import { encodeKeyUsage } from '../extension/key-usage.ts';
import type { KeyAlgorithm } from '../key/algorithm.ts';
import { OID } from '../oids.ts';

export interface CaCsrRequest {
  readonly subjectDer: Uint8Array;
  readonly algorithm: KeyAlgorithm;
  readonly publicKeyDer: Uint8Array;
  /** Signs with the private half of `publicKeyDer`. */
  readonly sign: (bytes: Uint8Array) => Uint8Array;
}

/** Creates a request (RFC 2986) for the certificate of an issuing CA (leaves only), to be signed by an external root. */
export function createCaCsr({ subjectDer, algorithm, publicKeyDer, sign }: CaCsrRequest): Uint8Array {
  const extensions = sequence(
    encodeExtension(OID.basicConstraints, true, encodeBasicConstraints({ ca: true, pathLength: 0 })),
    encodeExtension(OID.keyUsage, true, encodeKeyUsage(['keyCertSign', 'cRLSign'])),
  );
  const extensionRequest = sequence(oid(OID.extensionRequest), setOf(extensions));
  const info = sequence(integer(0), subjectDer, publicKeyDer, tlv(contextTag(0, true), extensionRequest));
  return sequence(info, algorithm.signatureAlgorithmDer, bitString(sign(info)));
}
