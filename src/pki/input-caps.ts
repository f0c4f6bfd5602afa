/** Size limits for structures from outside, in bytes of DER. Without them, a hundred megabytes of PEM exhaust the stack. */
export const INPUT_CAPS = {
  certificate: 1024 * 1024,
  request: 1024 * 1024,
  crl: 64 * 1024 * 1024,
  'private key': 1024 * 1024,
  'public key': 1024 * 1024,
  pkcs12: 1024 * 1024,
  bundle: 1024 * 1024,
} as const;

/** The size limit of a file in bytes: the longest CRL as PEM, and some text. */
export const FILE_CAP = 96 * 1024 * 1024;

/** The most PEM blocks of one file; no chain or bundle has more. */
const MOST_BLOCKS = 10_000;

export const countProblem = (blocks: number): string | undefined =>
  blocks > MOST_BLOCKS ? `it contains ${blocks} PEM blocks, more than ${MOST_BLOCKS}` : undefined;

/** Returns the problem of a structure over its limit; undefined within the limit. */
export const capProblem = (what: keyof typeof INPUT_CAPS, length: number): string | undefined =>
  length > INPUT_CAPS[what] ? `it contains a ${what} of ${length} bytes, more than ${INPUT_CAPS[what]}` : undefined;
