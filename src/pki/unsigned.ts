import { concatBytes } from './bytes.ts';
import { bitString, sequence } from './der/writer.ts';
import type { KeyAlgorithm } from './key/algorithm.ts';
import type { PreparedCrl } from './crl/prepare.ts';

/** One octet that no key makes. */
const NO_SIGNATURE = bitString(Uint8Array.of(0));

/** A certificate as it would be signed, for looking at what it would do: every verifier refuses it. */
export const unsignedCertificate = (tbsDer: Uint8Array, { signatureAlgorithmDer }: KeyAlgorithm): Uint8Array =>
  sequence(tbsDer, signatureAlgorithmDer, NO_SIGNATURE);

/** The same of a CRL that lists nothing. */
export const unsignedEmptyCrl = ({ before, after }: PreparedCrl, { signatureAlgorithmDer }: KeyAlgorithm): Uint8Array =>
  sequence(concatBytes([before, after]), signatureAlgorithmDer, NO_SIGNATURE);
