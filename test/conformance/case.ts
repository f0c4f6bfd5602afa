/** One question of a suite, and what the suite says is right. */
export interface ConformanceCase {
  /** Unique in its suite. */
  readonly id: string;
  /** `either`: the suite leaves it open; only the time counts. */
  readonly expected: 'accept' | 'refuse' | 'either';
  /** Where the suite says why: a refusal for another reason is not right. */
  readonly reason?: string;
  /** Milliseconds it may take; 2000 when not said. */
  readonly within?: number;
  readonly run: () => Outcome | Promise<Outcome>;
}

export type Outcome =
  { readonly accepted: true } | { readonly accepted: false; readonly code: string; readonly message: string };

export interface ConformanceSuite {
  readonly name: string;
  readonly cases: readonly ConformanceCase[];
}

/** A known deviation: one case by its id, or every false refusal of a suite that has one of our reasons. */
export type Deviation =
  | { readonly id: string; readonly reason: string }
  | { readonly suite: string; readonly refusal: string; readonly reason: string };

export const refused = (code: string, message = code): Outcome => ({ accepted: false, code, message });
