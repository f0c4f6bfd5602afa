// Encodes and reads public/index.json, and names the CRL files that the index lists.
// Making, sealing, publishing and verifying CRLs call it. It reads no file, and never throws for text that is not an index.
import { instantText } from '../../time/instant-text.ts';
import type { Crl } from '../../record/crl.ts';

/** One line of public/index.json: a CRL and where its files lie, relative to the index. */
export interface IndexedCrl extends Crl {
  /** The CA's subject (RFC 4514). */
  readonly issuer: string;
  /** The CA's key identifier, lower-case hex. */
  readonly keyId: string;
}

export const INDEX_FILE = 'index.json';
export const CRL_BUNDLE_FILE = 'crl-bundle.pem';
const CRL_DIRECTORY = 'crl';
export const crlDerFile = (authorityId: string): string => `${CRL_DIRECTORY}/${authorityId}.der`;
export const crlPemFile = (authorityId: string): string => `${CRL_DIRECTORY}/${authorityId}.pem`;

/** What a mirror or a verifier's host reads to know which CRLs there are. The same CRLs give the same text. */
export function encodeCrlIndex(crls: readonly IndexedCrl[]): string {
  const index = {
    schemaVersion: 1,
    kind: 'crl-index',
    bundle: CRL_BUNDLE_FILE,
    crls: crls.map(crl => ({
      authority: crl.authorityId,
      issuer: crl.issuer,
      keyId: crl.keyId,
      // may exceed 2^53
      number: crl.number.toString(),
      thisUpdate: instantText(crl.thisUpdate),
      nextUpdate: instantText(crl.nextUpdate),
      entries: crl.entryCount,
      sha256: crl.sha256,
      der: crlDerFile(crl.authorityId),
      pem: crlPemFile(crl.authorityId),
    })),
  };
  return `${JSON.stringify(index, null, 2)}\n`;
}

/** What an index says of each CRL, by authority, as text that equals that of another index that says the same. */
export function indexedLines(text: string | undefined): ReadonlyMap<string, string> {
  return new Map(
    listOf(text).map(line => [String((line as { authority?: unknown } | null)?.authority), JSON.stringify(line)]),
  );
}

/** SHA-256 of every CRL an index lists, by authority; empty for a text that is no index of ours. */
export function indexedDigests(text: string | undefined): ReadonlyMap<string, string> {
  const digests = new Map<string, string>();
  for (const line of listOf(text)) {
    const { authority, sha256 } = (line ?? {}) as { authority?: unknown; sha256?: unknown };
    if (typeof authority === 'string' && typeof sha256 === 'string') digests.set(authority, sha256);
  }
  return digests;
}

function listOf(text: string | undefined): readonly unknown[] {
  try {
    const { crls } = JSON.parse(text ?? '{}') as { crls?: unknown };
    return Array.isArray(crls) ? crls : [];
  } catch {
    return [];
  }
}
