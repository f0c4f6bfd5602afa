// Writes errors and warnings to standard error: lines for people, or JSON lines when the command line asks for JSON.
// `main.ts` and the commands call it; nothing else writes to standard error, except progress and prompts on a terminal.
import type { World } from '../world/world.ts';
import type { SvcauthError } from '../errors/error.ts';
import type { ERROR, WARNING } from './documents.ts';
import { formatError, formatErrors } from './error.ts';
import { formatJsonLine } from './json.ts';
import type { DocumentOf } from './output.ts';
import { formatWarning } from './warning.ts';

type Messages = Pick<World, 'err' | 'jsonMessages'>;

/** Writes a fact to know that does not stop the work. */
export const warn = ({ err, jsonMessages }: Messages, message: string): void =>
  err.write(jsonMessages ? inJson({ kind: 'warning', value: { message } }) : formatWarning(message));

/** Writes the errors of parts of the work: the first ten for people, all of them in JSON. */
export const reportErrors = ({ err, jsonMessages }: Messages, errors: readonly SvcauthError[]): void =>
  err.write(jsonMessages ? errors.map(error => inJson(errorDocument(error))).join('') : formatErrors(errors));

/** Writes the error that ends a command. `trace` is printed as it is. */
export function reportFailure(world: Messages, error: SvcauthError, exitStatus: number, trace?: string): void {
  const { err, jsonMessages } = world;
  if (jsonMessages) err.write(inJson(errorDocument(error, exitStatus, trace?.split('\n'))));
  else err.write(`${formatError(error)}${trace === undefined ? '' : `${trace}\n`}`);
}

const errorDocument = (
  { code, summary, details, hints, ...error }: SvcauthError,
  exitStatus: number = error.exitStatus,
  trace?: readonly string[],
): DocumentOf<typeof ERROR> => ({
  kind: 'error',
  value: { code, exitStatus, message: summary, details, hints, trace },
});

const inJson = ({ kind, value }: DocumentOf<typeof ERROR | typeof WARNING>): string => formatJsonLine(kind, value);
