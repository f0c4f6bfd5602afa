// Finds the certificates and CRLs in the bytes of a file and lints each of them.
// `lookup/run` calls it for `lint`. It reads no file; a broken rule is a finding and not an error.
import { failure } from '../../errors/error.ts';
import { capProblem, countProblem } from '../input-caps.ts';
import { nameToString } from '../name/name.ts';
import { decodePem, isPem, PemError } from '../pem.ts';
import { derKind } from '../report/der-kind.ts';
import type { Finding, RuleScope } from './rule.ts';
import { lintSignedCertificate, type SignedCertificateFacts } from './signed-certificate-lint.ts';
import { lintSignedCrl, type SignedCrlFacts } from './signed-crl-lint.ts';

/** A certificate or CRL of a file, with its findings. */
export type Linted = LintedPlace &
  (
    | { readonly type: 'certificate'; readonly facts: SignedCertificateFacts | undefined }
    | { readonly type: 'crl'; readonly facts: SignedCrlFacts | undefined }
  );

interface LintedPlace {
  readonly file: string;
  /** The number of the block in its file, from 1. */
  readonly block: number;
  readonly encoding: 'PEM' | 'DER';
  /** The subject of a certificate, the issuer of a CRL (RFC 4514); absent if it cannot be read. */
  readonly name?: string;
  readonly findings: readonly Finding[];
}

/** Lints every certificate and CRL of a file and ignores keys and requests. Throws ERR_LINT_INPUT if there is none. */
export function lintBytes(bytes: Uint8Array, file: string, what: string, scopes: readonly RuleScope[]): Linted[] {
  const refuse = (reason: string, cause?: unknown) => failure('ERR_LINT_INPUT', { what, reason }, cause);
  const linted: Linted[] = [];
  const look = (type: 'certificate' | 'crl', der: Uint8Array, place: Pick<LintedPlace, 'block' | 'encoding'>): void => {
    const problem = capProblem(type, der.length);
    if (problem !== undefined) throw refuse(problem);
    linted.push({ file, ...place, ...lintStructure(type, der, scopes) });
  };
  if (isPem(bytes)) {
    for (const [index, { label, der }] of blocksOf(bytes, refuse).entries()) {
      const type = LABELS[label];
      if (type !== undefined) look(type, der, { block: index + 1, encoding: 'PEM' });
    }
    if (linted.length === 0) throw refuse('it contains no certificate and no CRL');
    return linted;
  }
  const kind = derKind(bytes);
  // lints a DER structure of unknown kind as a certificate
  const type = kind ?? (bytes[0] === SEQUENCE ? 'certificate' : undefined);
  if (type !== 'certificate' && type !== 'crl') {
    throw refuse(type === undefined ? 'it is neither PEM nor DER' : `it contains a ${type}`);
  }
  look(type, bytes, { block: 1, encoding: 'DER' });
  return linted;
}

function lintStructure(type: 'certificate' | 'crl', der: Uint8Array, scopes: readonly RuleScope[]) {
  if (type === 'certificate') {
    const { findings, facts } = lintSignedCertificate(der, scopes);
    return { type, findings, facts, ...(facts && { name: nameToString(facts.tbs.subject) }) };
  }
  const { findings, facts } = lintSignedCrl(der, scopes);
  return { type, findings, facts, ...(facts && { name: nameToString(facts.head.issuer) }) };
}

const SEQUENCE = 0x30;

const LABELS: Readonly<Record<string, 'certificate' | 'crl'>> = {
  CERTIFICATE: 'certificate',
  'X509 CERTIFICATE': 'certificate',
  'X509 CRL': 'crl',
  CRL: 'crl',
};

function blocksOf(bytes: Uint8Array, refuse: (reason: string, cause: unknown) => Error) {
  try {
    const blocks = decodePem(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1'));
    const problem = countProblem(blocks.length);
    if (problem !== undefined) throw new PemError(problem);
    return blocks;
  } catch (cause) {
    if (cause instanceof PemError) throw refuse(cause.message, cause);
    throw cause;
  }
}
