import { createHash } from 'node:crypto';

/** SHA-256 of a file's content in lower-case hex, as the manifest records it. */
export const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
