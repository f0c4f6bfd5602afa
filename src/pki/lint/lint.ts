import { DerError } from '../der/reader.ts';
import type { Cleared, IssuerFacts } from '../certificate/issuer.ts';
import { decodeTbsCertificate, type ParsedTbsCertificate } from '../certificate/parsed.ts';
import { certificateFacts, type CertificateKind } from './certificate-facts.ts';
import { ISSUANCE_RULES } from './certificate-rules.ts';
import { makeGate, type Linted, type LintOutcome } from './gate.ts';
import { checkRules, notDer } from './rule.ts';

/** A TBSCertificate that broke no rule. */
export type LintedTbs = Linted<'tbsCertificate'>;

const gate = makeGate<'tbsCertificate', Cleared>();

/** Checks every rule of a certificate, for its kind and its issuer. A root is its own issuer. */
export function lintCertificate(
  tbsDer: Uint8Array,
  { kind, issuer }: { readonly kind: CertificateKind; readonly issuer: IssuerFacts },
): LintOutcome<LintedTbs> {
  // signs a copy, because a caller may still write to the original
  const copy = new Uint8Array(tbsDer);
  let tbs: ParsedTbsCertificate;
  try {
    tbs = decodeTbsCertificate(copy);
  } catch (error) {
    if (error instanceof DerError) return { findings: [notDer(error)] };
    throw error;
  }
  const { extensions, malformed, unknown } = certificateFacts(tbs);
  const findings = checkRules(ISSUANCE_RULES, { tbs, extensions, malformed, unknown, kind, issuer });
  return findings.length > 0 ? { findings } : { linted: gate.admit(copy as Uint8Array as Cleared, issuer) };
}

/** Releases the bytes behind a token, for `signCertificate`. */
export const releaseTbs = (linted: LintedTbs, issuer: IssuerFacts): Cleared => gate.release(linted, issuer);
