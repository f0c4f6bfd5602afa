import { isAbsolute, normalize } from 'node:path';
import { failure } from '../../errors/error.ts';

/** A directory that verifiers are served from. Absolute: cron, a person and CI stand in different places. Throws ERR_DIRECTORY. */
export function parsePublishDirectory(text: string): string {
  if (isAbsolute(text)) return normalize(text).replace(/(?<=.)\/$/, '');
  throw failure('ERR_DIRECTORY', { text, reason: 'it is not absolute', hint: 'write one like /srv/www/pki' });
}
