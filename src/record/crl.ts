export interface Crl {
  readonly authorityId: string;
  readonly number: bigint;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly entryCount: number;
  /** SHA-256 of the DER, lower-case hex. */
  readonly sha256: string;
}

/** A CRL presigned for a CA whose key is offline; it becomes the CA's newest CRL at its thisUpdate. */
export interface PresignedCrl extends Crl {
  readonly der: Uint8Array;
}

/** A series of presigned CRLs that was voided. */
export interface VoidCrlSeries {
  /** Highest CRL number of the series; later CRLs have higher numbers. */
  readonly number: bigint;
  /** Schedule of the CRLs still to be replaced; absent once a new series replaces them. */
  readonly due?: {
    /** Seconds from one CRL to the next. */
    readonly every: number;
    readonly until: Date;
  };
}
