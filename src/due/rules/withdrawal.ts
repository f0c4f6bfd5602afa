import type { CrlReason } from '../../pki/crl/revocation-reason.ts';

/** Whether a service whose certificate is revoked for this reason is out of service until somebody says otherwise. */
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

export const isWithdrawn = (revokedFor: CrlReason): boolean => WITHDRAWS[revokedFor];
