/** What was last written to public/bundle.pem and bundle.json. */
export interface TrustBundleRecord {
  /** `spiffe_sequence`: grows whenever the content changes. */
  readonly sequence: number;
  /** SHA-256 of the anchors' DER in order, lower-case hex: whether the content changed. */
  readonly sha256: string;
  readonly writtenAt: Date;
}

/** The bundle of a foreign trust domain (SPIFFE Trust Domain and Bundle §4): kept apart, never merged with ours. */
export interface PeerBundle {
  readonly trustDomain: string;
  /** The JWK Set as it was given, without white space. */
  readonly document: string;
  readonly sequence?: number;
  readonly addedAt: Date;
}
