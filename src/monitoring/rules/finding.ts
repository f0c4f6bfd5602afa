// Declares a finding of `check`: its permanent name, its severity, and the thing that it is about. Types and order only.
// Every rule that judges makes findings, `view/finding.ts` gives each its message and remedy, and all output formats print them.
import type { Authority } from '../../record/authority.ts';

/** The permanent names of everything that `check` can find; monitoring rules depend on them. */
export type FindingName =
  | 'certificate-expired'
  | 'certificate-expiring'
  | 'issuer-outlived'
  | 'deployment-pending'
  | 'intent-unfinished'
  | 'ca-pending'
  | 'ca-tainted'
  | 'ca-expired'
  | 'ca-expiring'
  | 'crl-missing'
  | 'crl-stale'
  | 'crl-expiring'
  | 'crl-series-ending';

export type Severity = 'warning' | 'critical';

/**
 * Kind of thing that the subject of a finding names. `directory`: a directory with published files. `consumer`: a program that loads
 * them. `rotation`: the tier of a CA rotation. `address`: host and port of a server. `home`: a file of the home, or the home itself.
 */
export type FindingKind =
  'service' | 'ca' | 'directory' | 'consumer' | 'rotation' | 'trust-domain' | 'address' | 'home';

export interface Finding {
  readonly name: FindingName;
  readonly severity: Severity;
  readonly kind: FindingKind;
  readonly subject: string;
  /** notAfter or nextUpdate, whichever the finding is about. Absent if nothing expires. */
  readonly deadline?: Date;
  readonly serial?: string;
  /** Why the last deployment failed, in words. */
  readonly problem?: string;
  /** Present if the certificate was issued from a CSR, so its key is on its own host. */
  readonly keySource?: 'csr';
  /** Location of the key that the remedy needs. */
  readonly keyLocation?: Authority['keyLocation'];
  /** Tier of the CA. */
  readonly tier?: Authority['tier'];
}

const NEVER = Number.MAX_SAFE_INTEGER;

/** Orders findings: worst first, then by deadline, then by subject. */
export const sortedFindings = (findings: readonly Finding[]): readonly Finding[] =>
  [...findings].sort(
    (a, b) =>
      Number(b.severity === 'critical') - Number(a.severity === 'critical') ||
      (a.deadline?.getTime() ?? NEVER) - (b.deadline?.getTime() ?? NEVER) ||
      (a.subject < b.subject ? -1 : 1),
  );
