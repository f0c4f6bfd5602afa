/**
 * Status of a file as svcauth last wrote or saw it. A file with equal facts is unchanged: its content, mode, owner and name change
 * `changed`, which no program can set back.
 */
export interface FileFact {
  /** Absolute path of an output, else the path below `current`; empty: the directory of the version itself. */
  readonly path: string;
  /** Size in bytes. */
  readonly size: number;
  /** Last change, in milliseconds since 1970. */
  readonly changed: number;
  readonly inode: number;
}

/** The files of one service as svcauth last wrote or saw them. */
export interface ServiceFacts {
  readonly service: string;
  /** Every file that the service should have; empty: never seen. */
  readonly files: readonly FileFact[];
  /** SHA-256 of chain.pem and of ca.crt as svcauth wrote them, lower-case hex. Absent if svcauth only found them. */
  readonly chain?: string;
  readonly anchors?: string;
  /** Time of the last comparison with the files on disk. */
  readonly seenAt: Date;
}

/** The recorded facts of a service, with the place of its files. */
export interface RecordedFiles extends ServiceFacts {
  /** Directory of the service, absolute, if it is not the default one: a home can move. */
  readonly out?: string;
  /** Its deployment is pending. */
  readonly isPending: boolean;
}
