import { visible } from './visible.ts';
import type { SvcauthError } from '../errors/error.ts';

/** What a person reads when a command ends in an error: what happened, then what to do next. */
export function formatError(error: SvcauthError): string {
  return [
    `svcauth: error: ${visible(error.summary)} [${error.code}]\n`,
    ...error.details.map(detail => `  ${visible(detail)}\n`),
    ...error.hints.map(hint => `svcauth: hint: ${visible(hint)}\n`),
  ].join('');
}

const SHOWN = 10;

/** Each of them, unless they are many. */
export function formatErrors(errors: readonly SvcauthError[]): string {
  const more = errors.length - SHOWN;
  const shown = errors.slice(0, SHOWN).map(formatError).join('');
  return more > 0 ? `${shown}svcauth: error: and ${more} more of them, which the output lists\n` : shown;
}
