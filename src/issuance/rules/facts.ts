import type { SvcauthError } from '../../errors/error.ts';
import type { CrlReason } from '../../pki/crl/revocation-reason.ts';
import type { ServiceRow } from '../../record/service.ts';
import type { FilesState } from '../../due/rules/reason.ts';
import type { IssuerLimits } from '../../policy/rules/decide-spec.ts';
import type { Policy } from '../../policy/rules/policy.ts';

/** Everything that a plan depends on besides the requests, read once. */
export interface IssuanceFacts {
  readonly policy: Policy;
  /** CA that issues, with the dates of its certificate. */
  readonly issuer: { readonly id: string; readonly notBefore: Date; readonly notAfter: Date };
  /** Limits of the CA that signs, then of each CA above it up to the root. */
  readonly chain: readonly [IssuerLimits, ...IssuerLimits[]];
  /** CAs whose certificates are being replaced. */
  readonly draining: ReadonlySet<string>;
  /** CAs that have not begun to drain. */
  readonly active: ReadonlySet<string>;
  /** By name; every requested service is in it. */
  readonly services: ReadonlyMap<string, ServiceFacts>;
}

/** Facts about one requested service. */
export interface ServiceFacts {
  /** Rows of the manifest; absent: a new service. */
  readonly known?: ServiceRow;
  /** Directory of its files; absolute. */
  readonly directory: string;
  readonly isDefaultDirectory: boolean;
  /** Reason why the directory cannot be used; its files were not read then. */
  readonly directoryFault?: SvcauthError;
  readonly files: FilesState;
  /** Reason of the revocation of its current certificate. */
  readonly revokedFor?: CrlReason;
}
