/** The last written content of public/bundle.pem and bundle.json. */
export interface TrustBundleRecord {
  /** `spiffe_sequence`: grows whenever the content changes. */
  readonly sequence: number;
  /** SHA-256 of the anchors' DER in order, lower-case hex: differs when the content changed. */
  readonly sha256: string;
  readonly writtenAt: Date;
}

/** The bundle of a federated trust domain (SPIFFE Trust Domain and Bundle §4): kept apart, never merged with ours. */
export interface FederatedBundle {
  readonly trustDomain: string;
  /** The JWK Set as it was read, without white space. */
  readonly document: string;
  readonly sequence?: number;
  readonly addedAt: Date;
  /** Last time at which it was given, changed or not; absent: in a record of an earlier version. */
  readonly fetchedAt?: Date;
}
