type CrlFindingName =
  | 'missing'
  | 'unreadable'
  | 'wrong-form'
  | 'not-of-this-ca'
  | 'not-yet-valid'
  | 'stale'
  | 'not-the-newest'
  | 'unknown-number'
  | 'revoked-not-listed'
  | 'listed-not-revoked'
  | 'entry-differs'
  | 'pem-differs'
  | 'copy-differs'
  | 'bundle-differs'
  | 'index-differs'
  | 'no-trust-bundle'
  | 'anchors-differ'
  | 'good-refused'
  | 'revoked-accepted';

/** Severities; `integrity`: files and manifest contradict each other, at any time. */
export type CrlSeverity = 'warning' | 'critical' | 'integrity';

export interface CrlFinding {
  /** The id of a CA, or `all`. */
  readonly ca: string;
  readonly name: CrlFindingName;
  readonly severity: CrlSeverity;
  readonly message: string;
  readonly serial?: string;
  /** Certificates with a wrong verdict; the first of them. */
  readonly leaves?: readonly { readonly service: string; readonly serial: string }[];
  /** Their number in all. */
  readonly count?: number;
  /** A command to paste. */
  readonly remedy?: string;
}

export type Report = (
  name: CrlFindingName,
  severity: CrlSeverity,
  message: string,
  about?: Pick<CrlFinding, 'serial' | 'leaves' | 'count' | 'remedy'>,
) => void;
