/** One case of a suite, with the result that the suite expects. */
export interface ConformanceCase {
  /** Identifier, unique in its suite. */
  readonly id: string;
  /** `either`: the suite leaves the result open, and only a crash is wrong. */
  readonly expected: 'accept' | 'refuse' | 'either';
  /** Reason of the refusal, where the suite gives one: a refusal for another reason is wrong. */
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
 * A deliberate refusal of cases that a suite accepts. It explains every case of the suite that is refused with that code; `ids` are
 * those that we have seen. A case that is falsely accepted has no `refusal`, and only its id explains it.
 */
export interface Deviation {
  readonly suite: string;
  readonly refusal?: string;
  readonly reason: string;
  readonly ids: readonly string[];
}

export const refused = (code: string, message = code): Outcome => ({ accepted: false, code, message });
