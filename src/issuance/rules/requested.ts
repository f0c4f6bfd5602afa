// Answers: which certificate is asked for, by whom, and for which key? Made by `issue` (flags, a list), `apply` (a services file)
// and `renew` and `tick` (what is due); read by the planner. It decides nothing and knows nothing of the manifest.

import type { RequestedNames } from '../../pki/csr/csr.ts';
import type { Upkeep } from '../../record/upkeep.ts';
import type { RequestedSpec } from '../../service/rules/requested-spec.ts';

/** One certificate that is asked for. */
export interface Requested {
  /** Asker: a command line or its list, a services file, or the renewal time. It decides which holds apply. */
  readonly source: 'command' | 'file' | 'due';
  readonly spec: RequestedSpec;
  /** The spec only names the service: a known service keeps its recorded spec, except the algorithm of a supplied key. */
  readonly asRecorded: boolean;
  readonly key: LeafKey;
  /** Names that a certificate request (CSR) asks for, and the words that errors call it by. */
  readonly csr?: { readonly names: RequestedNames; readonly what: string };
  /** How the service is renewed and deployed from this certificate on; absent: a known service keeps its recorded upkeep. */
  readonly upkeep?: Upkeep;
  /** Line of the services file, from 1. */
  readonly line?: number;
}

/** Key that a certificate is issued for. */
export type LeafKey =
  | { readonly source: 'generated' }
  /** Key of a CSR: the private key never leaves its host. */
  | { readonly source: 'csr'; readonly publicKey: Uint8Array; readonly publicKeyBits: Uint8Array }
  /** Key file of the user, or the key that the service has. */
  | {
      readonly source: 'file';
      readonly publicKey: Uint8Array;
      readonly publicKeyBits: Uint8Array;
      readonly pkcs8: Uint8Array;
    };
