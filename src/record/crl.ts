export interface Crl {
  readonly authorityId: string;
  readonly number: bigint;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly entryCount: number;
  /** SHA-256 of the DER, lower-case hex. */
  readonly sha256: string;
}

/** A CRL signed ahead for a CA whose key is offline; it becomes the CA's newest when its time has come. */
export interface PresignedCrl extends Crl {
  readonly der: Uint8Array;
}

/** A series of CRLs that was given up. */
export interface VoidCrlSeries {
  /** Its highest; later CRLs go above it. */
  readonly number: bigint;
  /** Present as long as nothing has replaced it. */
  readonly due?: {
    /** Seconds from one CRL to the next. */
    readonly every: number;
    readonly until: Date;
  };
}
