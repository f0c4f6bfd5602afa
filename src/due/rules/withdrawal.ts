import type { CrlReason } from '../../pki/crl/revocation-reason.ts';

/** Revocation reasons that end a service: only `issue` puts it back into service. */
const WITHDRAWS: Readonly<Record<CrlReason, boolean>> = {
  unspecified: true,
  keyCompromise: false,
  cACompromise: false,
  affiliationChanged: true,
  superseded: false,
  cessationOfOperation: true,
  privilegeWithdrawn: true,
  aACompromise: false,
};

/** The reasons that end a service. */
export const WITHDRAWALS = Object.entries(WITHDRAWS).flatMap(([reason, ends]) => (ends ? [reason as CrlReason] : []));

/** Detects a reason that ends the service and not only its certificate. */
export const isWithdrawn = (revokedFor: CrlReason): boolean => WITHDRAWS[revokedFor];
