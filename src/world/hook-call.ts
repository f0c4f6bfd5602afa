/** One run of a hook, decided completely. */
export interface HookCall {
  /** The program and its words; no shell sees them. */
  readonly argv: readonly string[];
  /** All of it: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Seconds. */
  readonly limit: number;
}

export interface HookEnd {
  readonly outcome: 'succeeded' | 'failed' | 'timed-out';
  /** Why it did not succeed: `exit status 3`. */
  readonly reason?: string;
  /** The end of what it wrote to both streams, as it came: at most OUTPUT_LIMIT bytes. */
  readonly output: string;
  /** Milliseconds. */
  readonly duration: number;
}
