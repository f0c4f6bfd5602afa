import { concatBytes } from './bytes.ts';
import { bitString, sequence } from './der/writer.ts';
import type { KeyAlgorithm } from './key/algorithm.ts';
import type { PreparedCrl } from './crl/prepare.ts';

/** A signature of one octet, which no key makes. */
const NO_SIGNATURE = bitString(Uint8Array.of(0));

/** Completes a to-be-signed certificate with an invalid signature, for the plan of a rotation. Every verifier rejects it. */
export const unsignedCertificate = (tbsDer: Uint8Array, { signatureAlgorithmDer }: KeyAlgorithm): Uint8Array =>
  sequence(tbsDer, signatureAlgorithmDer, NO_SIGNATURE);

/** Completes a CRL without entries in the same way. */
export const unsignedEmptyCrl = ({ before, after }: PreparedCrl, { signatureAlgorithmDer }: KeyAlgorithm): Uint8Array =>
  sequence(concatBytes([before, after]), signatureAlgorithmDer, NO_SIGNATURE);
