/** One file, by its name below the directory, and what publishing does to it. */
export interface PublishedFile {
  readonly name: string;
  /** `keep`: it is somebody else's. */
  readonly action: 'new' | 'replace' | 'same' | 'keep' | 'remove';
}
