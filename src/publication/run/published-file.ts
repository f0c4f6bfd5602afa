/** A file by its name below the published directory, and the action that publishing takes. */
export interface PublishedFile {
  readonly name: string;
  /** `keep`: a foreign file, left as it is. `link`: a second name for the directory that an earlier version wrote. */
  readonly action: 'new' | 'replace' | 'same' | 'keep' | 'remove' | 'link';
  /** The target of a link. */
  readonly target?: string;
}
