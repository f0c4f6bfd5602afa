import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Directory of the third-party suites: `$SVCAUTH_VECTORS`, or beside the repository. */
export const vectorsDirectory = (): string => process.env['SVCAUTH_VECTORS'] ?? '../shared/vectors';

/** Reads a file of a suite; undefined when the suite is not there. */
export function readVectors<T>(path: string): T | undefined {
  const file = join(vectorsDirectory(), path);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T) : undefined;
}

/** Reads one `{name, b64}` a line. */
export function readCorpus(path: string): readonly { name: string; b64: string }[] | undefined {
  const file = join(vectorsDirectory(), path);
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter(line => line !== '').map(line => JSON.parse(line) as { name: string; b64: string });
}

/** Returns the bytes of a PEM block. */
export function pemBytes(pem: string): Uint8Array {
  const body = pem.replace(/-----[^-]+-----/g, '').replace(/\s+/g, '');
  return new Uint8Array(Buffer.from(body, 'base64'));
}

export const base64Bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));
