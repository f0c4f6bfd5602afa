import { isAbsolute, normalize } from 'node:path';
import { failure } from '../../errors/error.ts';

/** Reads a directory to publish to. It is absolute, because cron and CI have other working directories. Throws ERR_DIRECTORY. */
export function parsePublishDirectory(text: string): string {
  if (isAbsolute(text)) return normalize(text).replace(/(?<=.)\/$/, '');
  throw failure('ERR_DIRECTORY', { text, reason: 'it is not an absolute path', hint: 'write one like /srv/www/pki' });
}
