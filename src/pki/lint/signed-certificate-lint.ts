// Decides which rules a signed certificate breaks, of svcauth or of another CA.
// `lint-bytes.ts` calls it for `lint`; `lint.ts` is the check before signing. It verifies no signature and reads no issuer.
import { equalBytes, toHex } from '../bytes.ts';
import { DerError } from '../der/reader.ts';
import { decodeCertificate, type ParsedCertificate } from '../certificate/parsed.ts';
import { svidVerdict } from '../certificate/svid.ts';
import { certificateFacts, type CertificateFacts } from './certificate-facts.ts';
import { CERTIFICATE_RULES } from './certificate-rules.ts';
import { FOREIGN_EXTENSION_RULES } from './foreign-extension-rules.ts';
import { ISSUER_NAME_RULES } from './name-rules.ts';
import { checkRules, faultCollector, notDer, type Finding, type Rule, type RuleScope } from './rule.ts';

/** The findings for a signed certificate. */
export interface SignedCertificateLint {
  readonly findings: readonly Finding[];
  /** Undefined if the structure cannot be read. */
  readonly facts: SignedCertificateFacts | undefined;
}

export interface SignedCertificateFacts extends CertificateFacts, Pick<ParsedCertificate, 'signatureAlgorithm'> {}

/** Rules for a signed certificate of any CA. */
export const SIGNED_CERTIFICATE_RULES: readonly Rule<SignedCertificateFacts>[] = [
  ...CERTIFICATE_RULES,
  ...ISSUER_NAME_RULES,
  ...FOREIGN_EXTENSION_RULES,
  {
    name: 'outer-is-inner',
    clause: 'RFC 5280 §4.1.1.2',
    severity: 'error',
    scope: 'standard',
    check: ({ tbs, signatureAlgorithm: outer }) =>
      equalBytes(outer.der, tbs.signatureAlgorithm.der)
        ? undefined
        : `the signature algorithm is ${toHex(outer.der)} in the signature and ${toHex(tbs.signatureAlgorithm.der)} in tbsCertificate`,
  },
  {
    // a warning: a server's or a client's certificate may have a SPIFFE ID and not be an X509-SVID on purpose
    name: 'x509-svid',
    clause: 'X509-SVID §5.2',
    severity: 'warning',
    scope: 'standard',
    check: facts => {
      const names = facts.extensions.subjectAltName?.value ?? [];
      if (!names.some(name => name.type === 'uri' && /^spiffe:/i.test(name.value))) return undefined;
      const verdict = svidVerdict(facts);
      if (verdict.kind !== 'none') return undefined;
      const reasons = verdict.refusals.map(({ message, clause }) => `${message} (${clause})`).join('; ');
      return `it has a SPIFFE ID but is not an X509-SVID: ${reasons}`;
    },
  },
];

/**
 * Lints a signed certificate of any CA. A violation of DER is a finding; if its meaning is clear, the rules apply too. Never throws
 * for the bytes.
 */
export function lintSignedCertificate(der: Uint8Array, scopes: readonly RuleScope[]): SignedCertificateLint {
  const findings: Finding[] = [];
  const tell = faultCollector(findings);
  try {
    const { tbs, signatureAlgorithm } = decodeCertificate(der, fault => tell(notDer(fault)));
    const read = certificateFacts(tbs, (fault, extension) => tell(malformed(fault, extension)));
    const facts = { ...read, signatureAlgorithm };
    findings.push(
      ...checkRules(
        SIGNED_CERTIFICATE_RULES.filter(({ scope }) => scopes.includes(scope)),
        facts,
      ),
    );
    return { findings, facts };
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    return { findings: [...findings, notDer(error)], facts: undefined };
  }
}

const malformed = ({ message, clause }: DerError, extension: string): Finding => ({
  rule: 'extension-structure',
  clause: clause ?? 'RFC 5280 §4.2',
  severity: 'error',
  message: `${message} of ${extension}`,
});
