/** public/ or a directory of the policy, as it is now. */
export interface PublishedDirectory {
  readonly directory: string;
  /** True for public/ in the home. */
  readonly isHome: boolean;
  /** Why it cannot be read; then it holds nothing. */
  readonly obstacle?: string;
  /** The CAs whose anchor or CRL it holds. `since`: the first run that found it there; absent: no run has recorded it. */
  readonly anchors: ReadonlyMap<string, Held>;
  readonly crls: ReadonlyMap<string, Held>;
}

interface Held {
  readonly since?: Date;
}
