import { OID } from '../oids.ts';
import type { PathCertificate } from './path-certificate.ts';
import { refusal, type Refusal } from './refusal.ts';

/** The required use of the target; `any` requires none. */
export type Purpose = keyof typeof KEY_PURPOSES;

const KEY_PURPOSES = { server: OID.serverAuth, client: OID.clientAuth, any: undefined } as const;

/**
 * Checks extKeyUsage. A certificate without it is good for every purpose (RFC 5280 §4.2.1.12). A CA's restricts every certificate
 * below it: the RFC leaves that open, but TLS verifiers do so.
 */
export function purposeRefusal({ extensions }: PathCertificate, purpose: Purpose): Refusal | undefined {
  const wanted = KEY_PURPOSES[purpose];
  const purposes = extensions.extKeyUsage?.value;
  if (wanted === undefined || purposes === undefined) return undefined;
  if (purposes.includes(wanted) || purposes.includes(OID.anyExtendedKeyUsage)) return undefined;
  return refusal('purpose-refused', `its extKeyUsage does not permit use as a ${purpose}`);
}
