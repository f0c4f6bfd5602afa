/** One question of a suite, and what the suite says is right. */
export interface ConformanceCase {
  /** Unique in its suite. */
  readonly id: string;
  /** `either`: the suite leaves it open; that it ends well counts. */
  readonly expected: 'accept' | 'refuse' | 'either';
  /** Where the suite says why: a refusal for another reason is not right. */
  readonly reason?: string;
  readonly run: () => Outcome | Promise<Outcome>;
}

export type Outcome =
  { readonly accepted: true } | { readonly accepted: false; readonly code: string; readonly message: string };

export interface ConformanceSuite {
  readonly name: string;
  readonly cases: readonly ConformanceCase[];
}

/**
 * Why we refuse what a suite accepts, on purpose. It explains every case of the suite that is refused with that code; `ids` are
 * those that we have seen. What is falsely accepted has no `refusal`, and is explained by its id only.
 */
export interface Deviation {
  readonly suite: string;
  readonly refusal?: string;
  readonly reason: string;
  readonly ids: readonly string[];
}

export const refused = (code: string, message = code): Outcome => ({ accepted: false, code, message });
