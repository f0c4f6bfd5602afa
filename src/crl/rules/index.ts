// Encodes and reads public/index.json, and names the CRL files that the index lists.
// Making, sealing, publishing and verifying CRLs call it. It reads no file, and never throws for text that is not an index.
import { instantText } from '../../time/instant-text.ts';
import type { LoadedCrl } from '../../record/consumer.ts';
import type { Crl } from '../../record/crl.ts';

/** A line of public/index.json: a CRL and the paths of its files, relative to the index. */
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
/** The DER under the name that RFC 2585 gives a CRL: web servers serve it as application/pkix-crl. */
export const crlCrlFile = (authorityId: string): string => `${CRL_DIRECTORY}/${authorityId}.crl`;
export const crlPemFile = (authorityId: string): string => `${CRL_DIRECTORY}/${authorityId}.pem`;

/** Names every file of the CRL of a CA. */
export const crlFiles = (authorityId: string): readonly string[] => [
  crlDerFile(authorityId),
  crlCrlFile(authorityId),
  crlPemFile(authorityId),
];

/** Encodes the index, from which a mirror or the host of a verifier learns the published CRLs. The same CRLs give the same text. */
export function encodeCrlIndex(crls: readonly IndexedCrl[]): string {
  const index = {
    schemaVersion: 2,
    kind: 'crl-index',
    bundle: CRL_BUNDLE_FILE,
    crls: crls.map(crl => ({
      ca: crl.authorityId,
      issuer: crl.issuer,
      keyId: crl.keyId,
      // may exceed 2^53
      number: crl.number.toString(),
      thisUpdate: instantText(crl.thisUpdate),
      nextUpdate: instantText(crl.nextUpdate),
      entryCount: crl.entryCount,
      sha256: crl.sha256,
      crl: crlCrlFile(crl.authorityId),
      der: crlDerFile(crl.authorityId),
      pem: crlPemFile(crl.authorityId),
    })),
  };
  return `${JSON.stringify(index, null, 2)}\n`;
}

/** Gives the text of each line of an index, by CA. Two indexes with the same facts have equal texts, also one without `crl`. */
export function indexedLines(text: string | undefined): ReadonlyMap<string, string> {
  return new Map(linesOf(text).map(line => [String(line.ca), JSON.stringify({ ...line, crl: undefined })]));
}

/** Gives the SHA-256 of every CRL that an index lists, by CA; empty for a text that is not an index. */
export function indexedDigests(text: string | undefined): ReadonlyMap<string, string> {
  const digests = new Map<string, string>();
  for (const { ca, sha256 } of linesOf(text)) {
    if (typeof ca === 'string' && typeof sha256 === 'string') digests.set(ca, sha256);
  }
  return digests;
}

/** Gives the number and the nextUpdate of every CRL that an index lists, by CA. A line without them is left out. */
export function indexedNumbers(text: string | undefined): ReadonlyMap<string, LoadedCrl> {
  const crls = new Map<string, LoadedCrl>();
  for (const { ca, number, nextUpdate } of linesOf(text)) {
    const end = typeof nextUpdate === 'string' ? Date.parse(nextUpdate) : NaN;
    if (typeof ca !== 'string' || typeof number !== 'string' || !/^[0-9]+$/.test(number) || Number.isNaN(end)) continue;
    crls.set(ca, { number: BigInt(number), nextUpdate: new Date(end) });
  }
  return crls;
}

type Line = Readonly<Record<string, unknown>>;

function linesOf(text: string | undefined): readonly Line[] {
  try {
    const { crls } = JSON.parse(text ?? '{}') as { crls?: unknown };
    return Array.isArray(crls) ? crls.map(lineOf) : [];
  } catch {
    return [];
  }
}

/** Reads a line of schema version 1, too: it had other names for `ca` and `entryCount`. */
function lineOf(line: unknown): Line {
  const pairs = Object.entries(line ?? {});
  return Object.fromEntries(pairs.map(([key, value]) => [EARLIER[key] ?? key, value]));
}

const EARLIER: Readonly<Record<string, string>> = { authority: 'ca', entries: 'entryCount' };
