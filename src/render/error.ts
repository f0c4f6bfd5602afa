import { visible } from './visible.ts';
import type { SvcauthError } from '../errors.ts';

/** What a person reads when a command ends in an error: what happened, then what to do next. */
export function formatError(error: SvcauthError): string {
  return [
    `svcauth: error: ${visible(error.message)} [${error.code}]\n`,
    ...error.hints.map(hint => `svcauth: hint: ${visible(hint)}\n`),
  ].join('');
}
