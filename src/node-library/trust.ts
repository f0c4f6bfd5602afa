// Reads the trust anchors and CRLs that a service verifies its peers with, and finds the CRLs that concern a certificate.
// `follow-files.ts` reads them, `judge.ts` decides whether they come into force. A fault in a file is returned, not thrown.
import { DerError } from '../pki/der/reader.ts';
import type { PathCertificate } from '../pki/path/path-certificate.ts';
import { readPathCrl, type PathCrl } from '../pki/path/path-crl.ts';
import { decodePem, encodePem, PemError } from '../pki/pem.ts';
import { readCertificates } from './identity.ts';
import { isGood, isProblem, problem, type Problem } from './problem.ts';
import { readText, type WatchedFiles } from './watched-files.ts';

/** The trust anchors and CRLs. */
export interface Trust {
  readonly file: string;
  readonly anchors: readonly PathCertificate[];
  readonly anchorsPem: string;
  /** Undefined if revocation checking is disabled. */
  readonly crls: readonly LoadedCrl[] | undefined;
}

export interface LoadedCrl {
  readonly file: string;
  readonly crl: PathCrl;
  /** The PEM of this CRL alone: Node reads only the first CRL of a text. */
  readonly pem: string;
}

export async function readTrust({ anchors: file, crls: crlFiles }: WatchedFiles): Promise<Trust | Problem> {
  const anchorsPem = await readText(file);
  if (typeof anchorsPem !== 'string') return anchorsPem;
  const anchors = readCertificates(file, anchorsPem);
  if (isProblem(anchors)) return anchors;
  if (crlFiles === undefined) return { file, anchors, anchorsPem, crls: undefined };
  const read = await Promise.all(crlFiles.map(readCrls));
  const wrong = read.find(isProblem);
  if (wrong !== undefined) return wrong;
  const crls = read.filter(isGood).flat();
  return crls.length > 0
    ? { file, anchors, anchorsPem, crls }
    : problem('no-crls', 'crls', 'no CRL found: give the paths of the CRLs, or false to disable revocation checking');
}

async function readCrls(file: string): Promise<readonly LoadedCrl[] | Problem> {
  const text = await readText(file);
  if (typeof text !== 'string') return text;
  try {
    const blocks = decodePem(text).filter(({ label }) => label === 'X509 CRL' || label === 'CRL');
    if (blocks.length === 0) return problem('malformed', file, 'it holds no CRL');
    return blocks.map(({ der }) => ({ file, crl: readPathCrl(der), pem: encodePem('X509 CRL', der) }));
  } catch (error) {
    if (error instanceof PemError || error instanceof DerError) return problem('malformed', file, error.message);
    throw error;
  }
}

/** Compares two trusts byte for byte, so files that were written again without a change have no effect. */
export const isSameTrust = (a: Trust, b: Trust): boolean =>
  a.anchorsPem === b.anchorsPem &&
  a.crls?.length === b.crls?.length &&
  (a.crls ?? []).every(({ pem }, index) => pem === b.crls![index]!.pem);

/** Finds the CRLs for a certificate by its issuer's name, and by its issuer's key identifier if both have one. */
export const crlsFor = ({ crls = [] }: Pick<Trust, 'crls'>, certificate: PathCertificate): readonly LoadedCrl[] =>
  crls.filter(({ crl }) => {
    const key = certificate.extensions.authorityKeyIdentifier?.value.keyIdentifier;
    return crl.issuerName === certificate.issuerName && sameKey(crl.keyIdentifier, key);
  });

/** Decides if two CRLs are of one CA. */
export const isSameIssuer = (a: PathCrl, b: PathCrl): boolean =>
  a.issuerName === b.issuerName && sameKey(a.keyIdentifier, b.keyIdentifier);

/** Compares key identifiers; an absent one equals any (RFC 5280 §5.2.1). */
export const sameKey = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a === undefined || b === undefined || Buffer.compare(a, b) === 0;
