/** A program that uses the published trust, and the files that it has loaded. */
export interface TrustConsumer {
  readonly name: string;
  /** The number of its services; 0 for a program that is not a service. */
  readonly services: number;
  /** `undeclared`: services without a hook and without a declaration; only the soak counts for them. */
  readonly reload: 'hook' | 'self' | 'manual' | 'undeclared';
  /** Seconds between the reloads of `self`. */
  readonly every?: number;
  readonly loaded?: { readonly bundleSequence: number; readonly crls: ReadonlyMap<string, unknown> };
}
