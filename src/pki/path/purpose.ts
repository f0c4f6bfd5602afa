import { OID } from '../oids.ts';
import type { PathCertificate } from './path-certificate.ts';
import { refusal, type Refusal } from './refusal.ts';

/** What the target is to be used for; `any` asks nothing. */
export type Purpose = keyof typeof KEY_PURPOSES;

const KEY_PURPOSES = { server: OID.serverAuth, client: OID.clientAuth, any: undefined } as const;

/**
 * Without extKeyUsage a certificate serves every purpose (RFC 5280 §4.2.1.12). A CA's restricts everything below it: the RFC
 * leaves that open, verifiers of TLS agree on it.
 */
export function purposeRefusal({ extensions }: PathCertificate, purpose: Purpose): Refusal | undefined {
  const wanted = KEY_PURPOSES[purpose];
  const purposes = extensions.extKeyUsage?.value;
  if (wanted === undefined || purposes === undefined) return undefined;
  if (purposes.includes(wanted) || purposes.includes(OID.anyExtendedKeyUsage)) return undefined;
  return refusal('purpose-refused', `it is wanted as a ${purpose}, and its extKeyUsage does not hold that`);
}
