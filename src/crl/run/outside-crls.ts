// Reads the CRLs of a CA in public/ and in the published directories that differ from the newest one. Verifiers may have them.
// Adoption compares their entries before a CRL is signed, and the next number is higher than theirs. It changes nothing.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import { decodeCertificate } from '../../pki/certificate/parsed.ts';
import { crlNumber, crlToBeSigned, decodeCrl, type ParsedCrl } from '../../pki/crl/parsed.ts';
import { checkCrlValues } from '../../pki/crl/values.ts';
import { DerError } from '../../pki/der/reader.ts';
import { verifySignature } from '../../pki/key/signature.ts';
import { sameName } from '../../pki/name/name.ts';
import type { Crl } from '../../record/crl.ts';
import type { World } from '../../world/world.ts';
import { crlDerFile, INDEX_FILE, indexedDigests } from '../rules/index.ts';

/** Bytes, about 1.5 million entries. */
const CRL_LIMIT = 64 * 1024 * 1024;
const INDEX_LIMIT = 16 * 1024 * 1024;

export interface OutsideCrl {
  readonly number: bigint;
  readonly crl: ParsedCrl;
}

interface Search {
  readonly directories: readonly string[];
  /** The newest CRL of the CA; its file is left out. */
  readonly latest: Crl | undefined;
  /** Trust the index of a directory, for runs that rarely have work. */
  readonly glance?: boolean;
}

/** Reads the CRLs. One that cannot be read, or that this CA did not sign, is left out: publishing reports its directory. */
export function outsideCrls(
  { files }: Pick<World, 'files'>,
  authority: CertifiedAuthority,
  { directories, latest, glance = false }: Search,
): readonly OutsideCrl[] {
  return directories.flatMap(directory => {
    try {
      if (glance && latest !== undefined && indexed(files, directory).get(authority.id) === latest.sha256) return [];
      const path = join(directory, crlDerFile(authority.id));
      const bytes = files.status(path)?.kind === 'file' ? files.read(path, CRL_LIMIT) : undefined;
      if (bytes === undefined || digestOf(bytes) === latest?.sha256) return [];
      return genuine(bytes, authority);
    } catch {
      return [];
    }
  });
}

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function indexed(files: World['files'], directory: string): ReadonlyMap<string, string> {
  const bytes = files.read(join(directory, INDEX_FILE), INDEX_LIMIT);
  return indexedDigests(bytes && Buffer.from(bytes).toString('utf8'));
}

/** Parses a CRL of this CA with a number; empty for any other. Only the signature counts: it decides whom verifiers believe. */
function genuine(bytes: Uint8Array, { certificate }: CertifiedAuthority): readonly OutsideCrl[] {
  const { subject, publicKey } = decodeCertificate(certificate.der).tbs;
  try {
    const crl = decodeCrl(bytes);
    checkCrlValues(crl);
    const isOurs =
      sameName(crl.issuer, subject) &&
      verifySignature(crl.signatureAlgorithm, publicKey, crlToBeSigned(crl), crl.signature);
    const number = crlNumber(crl);
    return isOurs && number !== undefined ? [{ number, crl }] : [];
  } catch (cause) {
    if (cause instanceof DerError) return [];
    throw cause;
  }
}
