import { CATALOGUE } from './catalogue.ts';
import type { ExitStatus } from './exit-status.ts';
import type { ErrorRow } from './row.ts';

export type ErrorCode = keyof typeof CATALOGUE;
type ParamsOf<C extends ErrorCode> = (typeof CATALOGUE)[C] extends ErrorRow<infer P> ? P : never;

/** An error of the catalogue. `main` reports any other error as a defect. */
export class SvcauthError extends Error {
  override readonly name = 'SvcauthError';
  readonly code: ErrorCode;
  readonly exitStatus: ExitStatus;
  readonly hints: readonly string[];
  /** The first line of the message, without its details. */
  readonly summary: string;
  /** The further lines of the message, one fact each. */
  readonly details: readonly string[];
  /** The values in the message, for JSON output and tests. Never a secret. */
  readonly params: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, params: Readonly<Record<string, unknown>>, cause?: unknown) {
    const entry = CATALOGUE[code] as ErrorRow<Readonly<Record<string, unknown>>>;
    const [summary, details] = [entry.message(params), entry.details(params)];
    super([summary, ...details].join('\n'), cause === undefined ? undefined : { cause });
    this.summary = summary;
    this.details = details;
    this.code = code;
    this.params = params;
    this.exitStatus = entry.exit;
    this.hints = entry.hints(params);
  }

  /** The summary and its details in one line, for a place that has only one. */
  get oneLine(): string {
    return [this.summary, ...this.details].join('; ');
  }
}

/** Makes an error and does not throw it: the compiler sees the control flow of `throw failure('ERR_X', {…})`. */
export function failure<C extends ErrorCode>(code: C, params: ParamsOf<C>, cause?: unknown): SvcauthError {
  return new SvcauthError(code, params as Readonly<Record<string, unknown>>, cause);
}
