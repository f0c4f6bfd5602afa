import { visible } from './visible.ts';
import type { SvcauthError } from '../errors.ts';

/** What a person reads when a command ends in an error: what happened, then what to do next. */
export function formatError(error: SvcauthError): string {
  const [first = '', ...details] = error.message.split('\n');
  return [
    `svcauth: error: ${visible(first)} [${error.code}]\n`,
    ...details.map(detail => `  ${visible(detail)}\n`),
    ...error.hints.map(hint => `svcauth: hint: ${visible(hint)}\n`),
  ].join('');
}
