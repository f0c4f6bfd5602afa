import { toHex } from '../../pki/bytes.ts';

/** Returns a suffix for an unused name. The global `crypto` loads on first use; importing node:crypto costs every start 2 ms. */
export const uniqueSuffix = (): string => toHex(crypto.getRandomValues(new Uint8Array(6)));
