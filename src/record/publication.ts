/** The record of publishing to one directory, as of the last run that tried. public/ of the home has one, too. */
export interface Publication {
  /** Absolute path. */
  readonly directory: string;
  readonly triedAt: Date;
  /** Last try that left the directory up to date; absent: none has yet. */
  readonly succeededAt?: Date;
  /** Why the last try failed; absent after a success. */
  readonly problem?: PublicationProblem;
  /** Content found after the last try that could read the directory. */
  readonly held: PublishedContent;
}

export interface PublicationProblem {
  /** Code of the error, `ERR_…`. */
  readonly code: string;
  readonly text: string;
  /** First of the failures without a success between them. */
  readonly since: Date;
}

/** The anchors and CRLs that a directory held. */
export interface PublishedContent {
  /** `spiffe_sequence` of its bundle.json; absent if it has none. */
  readonly bundleSequence?: number;
  /** Since when every run has found each anchor in its bundle.pem, by SHA-256 of the DER (lower-case hex). */
  readonly anchors: ReadonlyMap<string, Date>;
  /** For each CA, its CRL there. */
  readonly crls: ReadonlyMap<string, PublishedCrlRecord>;
}

export interface PublishedCrlRecord {
  readonly number: bigint;
  /** Since when every run has found a CRL of this CA there. */
  readonly since: Date;
}
