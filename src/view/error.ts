import { visible } from './visible.ts';
import type { SvcauthError } from '../errors/error.ts';

/** Formats an error for a person: message, details, hints. */
export function formatError(error: SvcauthError): string {
  return [
    `svcauth: error: ${visible(error.summary)} [${error.code}]\n`,
    ...error.details.map(detail => `  ${visible(detail)}\n`),
    ...error.hints.map(hint => `svcauth: hint: ${visible(hint)}\n`),
  ].join('');
}

const SHOWN = 10;

/** Formats several errors, at most SHOWN of them. */
export function formatErrors(errors: readonly SvcauthError[]): string {
  const more = errors.length - SHOWN;
  const shown = errors.slice(0, SHOWN).map(formatError).join('');
  return more > 0 ? `${shown}svcauth: error: and ${more} more; the output lists them\n` : shown;
}
