import { createHash } from 'node:crypto';

/** Makes reproducible bytes: SHA-256 over a seed and a counter. Equal seeds and equal calls give equal bytes. */
export function seededRandom(seed: string): (length: number) => Uint8Array {
  let counter = 0;
  return length => {
    const out = new Uint8Array(length);
    for (let offset = 0; offset < length; offset += 32) {
      const block = createHash('sha256').update(`${seed}:${counter++}`).digest();
      out.set(block.subarray(0, Math.min(32, length - offset)), offset);
    }
    return out;
  };
}
