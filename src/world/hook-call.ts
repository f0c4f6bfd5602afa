/** One run of a hook, with every value decided. */
export interface HookCall {
  /** Program and arguments; no shell reads them. */
  readonly argv: readonly string[];
  /** Complete environment; the hook inherits nothing. */
  readonly env: Readonly<Record<string, string>>;
  /** Time limit in seconds. */
  readonly limit: number;
}

export interface HookEnd {
  readonly outcome: 'succeeded' | 'failed' | 'timed-out';
  /** Reason why it did not succeed: `exit status 3`. */
  readonly reason?: string;
  /** Last bytes of both output streams, in the order they came: at most OUTPUT_LIMIT bytes. */
  readonly output: string;
  /** Duration in milliseconds. */
  readonly duration: number;
}
