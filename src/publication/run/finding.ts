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
  | 'bundle-differs'
  | 'index-differs'
  | 'no-trust-bundle'
  | 'anchors-differ'
  | 'good-refused'
  | 'revoked-accepted';

/** `integrity`: the files and the manifest contradict each other; it is no question of time. */
export type CrlSeverity = 'warning' | 'critical' | 'integrity';

export interface CrlFinding {
  /** `all` where it concerns no single one. */
  readonly authority: string;
  readonly name: CrlFindingName;
  readonly severity: CrlSeverity;
  readonly message: string;
  readonly serial?: string;
  /** Whose verification comes out wrong; the first of them. */
  readonly leaves?: readonly { readonly service: string; readonly serial: string }[];
  /** How many they are. */
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
