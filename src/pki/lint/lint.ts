import { failure } from '../../errors.ts';
import { equalBytes } from '../bytes.ts';
import { DerError } from '../der-reader.ts';
import type { IssuerFacts } from '../issuer.ts';
import { sameName } from '../name.ts';
import { decodeTbsCertificate, type ParsedTbsCertificate } from '../parsed-certificate.ts';
import { certificateFacts, type CertificateKind } from './certificate-facts.ts';
import { ISSUANCE_RULES } from './certificate-rules.ts';
import { checkRules, type Finding, type LintOutcome } from './rule.ts';

/** A TBSCertificate that broke no rule, bound to its issuer. Only `lintCertificate` makes one, and it is good for one signature. */
export interface LintedTbs {
  readonly [brand]: 'linted tbsCertificate';
}

declare const brand: unique symbol;

interface Waiting {
  readonly tbsDer: Uint8Array;
  readonly issuer: IssuerFacts;
}

// not a property of the token: nobody else can fill it, change it or use it twice
const waiting = new WeakMap<LintedTbs, Waiting>();

/** Checks every rule of a certificate against what it is made to be and who would sign it. A root is its own issuer. */
export function lintCertificate(
  tbsDer: Uint8Array,
  { kind, issuer }: { readonly kind: CertificateKind; readonly issuer: IssuerFacts },
): LintOutcome<LintedTbs> {
  // the copy is what will be signed: whoever holds the original may still write to it
  const copy = new Uint8Array(tbsDer);
  let tbs: ParsedTbsCertificate;
  try {
    tbs = decodeTbsCertificate(copy);
  } catch (error) {
    if (error instanceof DerError) return { findings: [notDer(error)] };
    throw error;
  }
  const findings = checkRules(ISSUANCE_RULES, { ...certificateFacts(tbs), kind, issuer });
  if (findings.length > 0) return { findings };
  const linted = Object.freeze({}) as LintedTbs;
  waiting.set(linted, { tbsDer: copy, issuer });
  return { linted };
}

/** The token, or ERR_LINT with every broken rule. `what` is the structure in the user's words: `the certificate of "payments"`. */
export function requireLinted<Linted>(outcome: LintOutcome<Linted>, what = 'the certificate'): Linted {
  if ('linted' in outcome) return outcome.linted;
  throw failure('ERR_LINT', { what, findings: outcome.findings });
}

/** The bytes behind a token, once, for the issuer they were linted against. For `signCertificate`. */
export function releaseTbs(linted: LintedTbs, issuer: IssuerFacts): Uint8Array {
  const entry = waiting.get(linted);
  if (entry === undefined) throw new TypeError('not linted, or signed already');
  if (!sameIssuer(entry.issuer, issuer)) throw new TypeError('linted against another issuer');
  waiting.delete(linted);
  return entry.tbsDer;
}

const sameIssuer = (a: IssuerFacts, b: IssuerFacts): boolean =>
  a === b || (sameName(a.subject, b.subject) && equalBytes(a.publicKeyDer, b.publicKeyDer));

const notDer = (error: DerError): Finding => ({
  rule: 'der',
  clause: 'RFC 5280 §4.1, X.690 §10',
  severity: 'error',
  message: error.message,
});
