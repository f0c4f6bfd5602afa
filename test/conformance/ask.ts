import { DerError } from '../../src/pki/der/reader.ts';
import { readPathCertificate } from '../../src/pki/path/path-certificate.ts';
import { loadTrustStore, type TrustMaterial } from '../../src/pki/path/trust-store.ts';
import { validatePath, type PathQuestion } from '../../src/pki/path/validate-path.ts';
import { refused, type Outcome } from './case.ts';

/** Runs one validation from bytes. */
export function ask(target: Uint8Array, trust: TrustMaterial, question: PathQuestion): Outcome {
  try {
    const verdict = validatePath(readPathCertificate(target), loadTrustStore(trust), question);
    return verdict.accepted ? { accepted: true } : refused(verdict.reason.code, verdict.reason.message);
  } catch (error) {
    if (error instanceof DerError) return refused('not-der', error.message);
    throw error;
  }
}
