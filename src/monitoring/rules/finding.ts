// Declares a finding of `check`: its permanent name, its severity, and the thing that it is about. Types and order only.
// Every rule that judges makes findings, `view/finding.ts` gives each its message and remedy, and all output formats print them.
import type { Authority } from '../../record/authority.ts';
import type { Refusal } from '../../renewal/rules/refusal.ts';
import type { RotationStep } from '../../rotation/rules/timetable.ts';

/** The permanent names of everything that `check` can find; monitoring rules depend on them. */
export type FindingName =
  | 'certificate-expired'
  | 'certificate-expiring'
  | 'certificate-not-yet-valid'
  | 'issuer-outlived'
  | 'deployment-pending'
  | 'intent-unfinished'
  | 'ca-pending'
  | 'ca-tainted'
  | 'ca-expired'
  | 'ca-expiring'
  | 'ca-not-yet-valid'
  | 'clock-behind'
  | 'clock-jumped'
  | 'crl-missing'
  | 'crl-stale'
  | 'crl-not-yet-valid'
  | 'crl-expiring'
  | 'crl-series-ending'
  | 'trust-not-loaded'
  | 'consumer-pending'
  | 'certificate-revoked'
  | 'csr-due'
  | 'key-lost'
  | 'key-readable'
  | 'current-foreign'
  | 'files-missing'
  | 'files-changed'
  | 'files-not-current'
  | 'files-access'
  | 'files-unverified'
  | 'output-missing'
  | 'output-changed'
  | 'ca-key-missing'
  | 'ca-key-changed'
  | 'ca-key-readable'
  | 'ca-certificate-changed'
  | 'home-writable'
  | 'home-readable'
  | 'served-old'
  | 'served-nothing'
  | 'served-unverifiable'
  | 'served-unprobed'
  | 'crl-damaged'
  | 'bundle-damaged'
  | 'publication-failed'
  | 'publication-due'
  | 'published-file-damaged'
  | 'published-crl-foreign'
  | 'published-crl-stale'
  | 'published-crl-expiring'
  | 'published-crl-ahead'
  | 'published-revocation-missing'
  | 'published-anchor-foreign'
  | 'published-anchor-missing'
  | 'revocation-unlisted'
  | 'revocation-lost'
  | 'ca-revoked'
  | 'federated-expired'
  | 'federated-expiring'
  | 'federated-outdated'
  | 'federated-shared'
  | 'renewal-refused'
  | 'rotation-due'
  | 'rotation-blocked'
  | 'rotation-stalled'
  | 'key-destroyable';

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
  /** notAfter or nextUpdate, whichever the finding is about; the begin of what begins in the future. Absent if nothing expires. */
  readonly deadline?: Date;
  readonly serial?: string;
  /** The problem in words: why a deployment or publication failed, why a certificate is revoked, or the fault of files. */
  readonly problem?: string;
  /** The way in which a consumer loads trust; it decides the remedy. */
  readonly reload?: 'hook' | 'self' | 'manual' | 'undeclared';
  /** Problem of the last failed hook of a consumer. */
  readonly failed?: string;
  /** The file that the finding is about, absolute. */
  readonly path?: string;
  /** Mode that the file should have. */
  readonly mode?: number;
  /** Present if the certificate was issued from a CSR, so its key is on its own host. */
  readonly keySource?: 'csr';
  /** Present if the clock is behind: only a command that accepts the clock can be carried out. */
  readonly clockBehind?: true;
  /** Location of the key that the remedy needs. */
  readonly keyLocation?: Authority['keyLocation'];
  /** Service whose certificate an address serves. */
  readonly servedBy?: string;
  /** Time of the probe, or of the first failure, that the finding rests on. */
  readonly since?: Date;
  /** Present and true if a hook of the service can reload its server. */
  readonly hasHook?: boolean;
  /** Tier of the CA. */
  readonly tier?: Authority['tier'];
  /** CA whose CRL a finding about a directory concerns. */
  readonly ca?: string;
  /** Number of revocations or anchors that it is about. */
  readonly count?: number;
  /** The next step of a rotation. */
  readonly step?: RotationStep;
  /** Why a scheduled run cannot renew the certificate. */
  readonly refusal?: Refusal;
  /** Number of services that the finding is about, if more than one; `subject` is included. */
  readonly services?: number;
  /** Longest lifetime in seconds that the issuing CA allows. */
  readonly longest?: number;
  /** The command, where a gate or a record names it. */
  readonly remedy?: string;
}

const NEVER = Number.MAX_SAFE_INTEGER;

/** Orders findings: worst first, of them a clock that is behind, then by deadline, then by subject. */
export const sortedFindings = (findings: readonly Finding[]): readonly Finding[] =>
  [...findings].sort(
    (a, b) =>
      Number(b.severity === 'critical') - Number(a.severity === 'critical') ||
      Number(b.name === 'clock-behind') - Number(a.name === 'clock-behind') ||
      (a.deadline?.getTime() ?? NEVER) - (b.deadline?.getTime() ?? NEVER) ||
      (a.subject < b.subject ? -1 : 1),
  );
