/** A certificate that was issued and whose files are in place. */
export interface Issued {
  readonly service: string;
  readonly spiffeId: string;
  readonly serial: string;
  readonly notBefore: Date;
  /** Inclusive. */
  readonly notAfter: Date;
  /** CA that issued it. */
  readonly authorityId: string;
  /** Path of the `current` link. */
  readonly directory: string;
}
