import { createHash } from 'node:crypto';
import { concatBytes } from '../bytes.ts';

/** The digests for key derivation in PKCS#12, with their block length `v` in octets. */
const BLOCK_LENGTH = { sha1: 64, sha256: 64, sha384: 128, sha512: 128 } as const;

export type Pkcs12Digest = keyof typeof BLOCK_LENGTH;

/** The diversifier ID for each use of a derived key (RFC 7292 appendix B.3). */
const PURPOSE = { encryption: 1, iv: 2, mac: 3 } as const;

/** Derives a key (RFC 7292 appendix B.2) from the result of `bmpPassword`. New files use PBES2 for encryption instead. */
export function derivePkcs12Key(
  purpose: keyof typeof PURPOSE,
  digest: Pkcs12Digest,
  password: Uint8Array,
  salt: Uint8Array,
  iterations: number,
  length: number,
): Uint8Array {
  const v = BLOCK_LENGTH[digest];
  const diversifier = new Uint8Array(v).fill(PURPOSE[purpose]);
  const input = concatBytes([stretch(salt, v), stretch(password, v)]);
  const blocks: Uint8Array[] = [];
  for (let derived = 0; derived < length;) {
    let block = createHash(digest).update(diversifier).update(input).digest();
    for (let i = 1; i < iterations; i++) block = createHash(digest).update(block).digest();
    blocks.push(block);
    derived += block.length;
    addToEach(input, stretch(block, v).subarray(0, v), v);
  }
  return concatBytes(blocks).subarray(0, length);
}

/** Repeats bytes up to a multiple of `v` octets; an empty input stays empty (steps 2 and 3). */
function stretch(bytes: Uint8Array, v: number): Uint8Array {
  const out = new Uint8Array(Math.ceil(bytes.length / v) * v);
  for (let i = 0; i < out.length; i++) out[i] = bytes[i % bytes.length]!;
  return out;
}

/** Replaces every block I_j of the input by (I_j + B + 1) mod 2^(8v) (step 6C). */
function addToEach(input: Uint8Array, addend: Uint8Array, v: number): void {
  for (let start = 0; start < input.length; start += v) {
    let carry = 1;
    for (let i = v - 1; i >= 0; i--) {
      carry += input[start + i]! + addend[i]!;
      input[start + i] = carry & 0xff;
      carry >>= 8;
    }
  }
}

/** Encodes a passphrase for the derivation: a big-endian BMPString with two zero octets at the end (RFC 7292 appendix B.1). */
export function bmpPassword(passphrase: Uint8Array): Uint8Array {
  const text = new TextDecoder('utf-8').decode(passphrase);
  return new Uint8Array(Buffer.from(`${text}\0`, 'utf16le').swap16());
}
