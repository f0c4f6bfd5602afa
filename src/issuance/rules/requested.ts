// Describes a requested certificate: its source, its spec and its key. `issue` makes it from flags or a list, `apply` from a services
// file, `renew` and `tick` from due services; the planner reads it.

import type { RequestedNames } from '../../pki/csr/csr.ts';
import type { Upkeep } from '../../record/upkeep.ts';
import type { RequestedSpec } from '../../service/rules/requested-spec.ts';

/** One requested certificate. */
export interface Requested {
  /** Source: a command line or its list, a services file, or the renewal time. The holds depend on it. */
  readonly source: 'command' | 'file' | 'due';
  readonly spec: RequestedSpec;
  /** The spec only names the service: a known service keeps its recorded spec, except the algorithm of a supplied key. */
  readonly asRecorded: boolean;
  readonly key: LeafKey;
  /** Names in a certificate request (CSR), and the phrase that errors use for it. */
  readonly csr?: { readonly names: RequestedNames; readonly what: string };
  /** Renewal and deployment settings from this certificate on; absent: a known service keeps its recorded ones. */
  readonly upkeep?: Upkeep;
  /** Line of the services file, from 1. */
  readonly line?: number;
}

/** Key that a certificate is issued for. */
export type LeafKey =
  | { readonly source: 'generated' }
  /** Key of a CSR: the private key stays on its host. */
  | { readonly source: 'csr'; readonly publicKey: Uint8Array; readonly publicKeyBits: Uint8Array }
  /** Key file of the user, or the current key of the service. */
  | {
      readonly source: 'file';
      readonly publicKey: Uint8Array;
      readonly publicKeyBits: Uint8Array;
      readonly pkcs8: Uint8Array;
    };
