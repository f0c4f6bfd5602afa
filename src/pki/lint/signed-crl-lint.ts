// Decides which rules a signed CRL breaks, in its fields and in its entries.
// `lint-bytes.ts` calls it for `lint`; `lint-crl.ts` is the check before signing. It verifies no signature.
import { equalBytes, toHex } from '../bytes.ts';
import { DerError } from '../der/reader.ts';
import { readCrlHead, readCrlTail, type CrlHead, type CrlTail } from '../crl/parsed.ts';
import { crlEntryLint } from './crl-entry-lint.ts';
import { crlFacts } from './crl-facts.ts';
import { CRL_RULES, type CrlFacts } from './crl-rules.ts';
import { checkRules, faultCollector, notDer, type Finding, type Rule, type RuleScope } from './rule.ts';

/** The findings for a signed CRL. */
export interface SignedCrlLint {
  readonly findings: readonly Finding[];
  /** Undefined if the structure cannot be read. */
  readonly facts: SignedCrlFacts | undefined;
}

export interface SignedCrlFacts extends CrlFacts, CrlTail {}

const SIGNED_RULES: readonly Rule<SignedCrlFacts>[] = [
  ...CRL_RULES,
  {
    name: 'outer-is-inner',
    clause: 'RFC 5280 §5.1.1.2',
    severity: 'error',
    scope: 'standard',
    check: ({ head: { innerAlgorithm }, signatureAlgorithm: outer }) =>
      equalBytes(outer.der, innerAlgorithm.der)
        ? undefined
        : `the signature algorithm is ${toHex(outer.der)} in the signature and ${toHex(innerAlgorithm.der)} in tbsCertList`,
  },
];

/**
 * Lints a signed CRL of any CA. It reads entries strictly, and stops after twenty findings in them.
 */
export function lintSignedCrl(der: Uint8Array, scopes: readonly RuleScope[]): SignedCrlLint {
  const findings: Finding[] = [];
  const tell = faultCollector(findings);
  const tolerance = (fault: DerError): void => tell(notDer(fault));
  try {
    const head = readCrlHead(der, der.length, tolerance);
    const tail = readCrlTail(der.subarray(head.tail), head, tolerance);
    const facts = { ...crlFacts(head, tail.extensions, tolerance), ...tail };
    const rules = SIGNED_RULES.filter(({ scope }) => scopes.includes(scope));
    findings.push(...checkRules(rules, facts), ...entryFindings(der, head, scopes));
    return { findings, facts };
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    return { findings: [...findings, notDer(error)], facts: undefined };
  }
}

function entryFindings(
  der: Uint8Array,
  { entries, thisUpdate }: CrlHead,
  scopes: readonly RuleScope[],
): readonly Finding[] {
  if (entries === undefined) return [];
  const lint = crlEntryLint(thisUpdate.date, scopes);
  lint.push(der.subarray(entries.start, entries.end));
  return lint.findings;
}
