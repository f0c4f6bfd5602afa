/**
 * CRLReason (RFC 5280 §5.3.1) by the RFC's words. `unspecified` is omitted from the entry; `removeFromCRL` (8) exists only in
 * delta CRLs, which we do not make; `certificateHold` (6) can be lifted and so is refused: revocation here is final.
 */
export const CRL_REASONS = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  privilegeWithdrawn: 9,
  aACompromise: 10,
} as const;

export type CrlReason = keyof typeof CRL_REASONS;
