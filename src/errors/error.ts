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
  /** First line of the message: what happened. */
  readonly summary: string;
  /** Further lines of the message, one fact each. */
  readonly details: readonly string[];
  /** The values the message was made of, for JSON output and for tests. Never a secret. */
  readonly params: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, params: Readonly<Record<string, unknown>>, cause?: unknown) {
    const entry = CATALOGUE[code] as ErrorRow<Readonly<Record<string, unknown>>>;
    super(entry.message(params), cause === undefined ? undefined : { cause });
    const [summary = '', ...details] = this.message.split('\n');
    this.summary = summary;
    this.details = details;
    this.code = code;
    this.params = params;
    this.exitStatus = entry.exit;
    this.hints = entry.hints(params);
  }
}

/** Makes (does not throw) an error: `throw failure('ERR_X', {…})` keeps control flow visible to the compiler. */
export function failure<C extends ErrorCode>(code: C, params: ParamsOf<C>, cause?: unknown): SvcauthError {
  return new SvcauthError(code, params as Readonly<Record<string, unknown>>, cause);
}
