import { CATALOGUE } from './catalogue.ts';
import type { ExitStatus } from './exit-status.ts';
import type { ErrorRow } from './row.ts';

export type ErrorCode = keyof typeof CATALOGUE;
type ParamsOf<C extends ErrorCode> = (typeof CATALOGUE)[C] extends ErrorRow<infer P> ? P : never;

/** An error of the catalogue. Anything else that reaches `main` is a defect and is reported as one. */
export class SvcauthError extends Error {
  override readonly name = 'SvcauthError';
  readonly code: ErrorCode;
  readonly exitStatus: ExitStatus;
  readonly hints: readonly string[];
  /** The first line of the message, without its details. */
  readonly summary: string;
  /** The further lines of the message, one fact each. */
  readonly details: readonly string[];
  /** The values the message was made of, for JSON output and for tests. Never a secret. */
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

/** Makes (does not throw) an error: `throw failure('ERR_X', {…})` keeps control flow visible to the compiler. */
export function failure<C extends ErrorCode>(code: C, params: ParamsOf<C>, cause?: unknown): SvcauthError {
  return new SvcauthError(code, params as Readonly<Record<string, unknown>>, cause);
}
