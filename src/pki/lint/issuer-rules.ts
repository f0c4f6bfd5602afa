// Lint rules that compare a certificate with its issuing CA: name, key, algorithm, dates, path length and constraints.
// `certificate-rules.ts` includes them before signing only. They verify no signature: there is none yet.
import { equalBytes, toHex } from '../bytes.ts';
import { carriedNames } from '../name/carried-names.ts';
import { constraintViolations } from '../name/constraint-violation.ts';
import { nameToString, sameName } from '../name/name.ts';
import type { Candidate } from './certificate-facts.ts';
import { generalNameWords } from './general-name-rules.ts';
import type { Rule } from './rule.ts';

/** Rules for a certificate and the CA that is about to sign it. */
export const ISSUER_RULES: readonly Rule<Candidate>[] = [
  {
    // the signer writes its own outer identifier: this rule keeps the inner and outer identifiers equal (§4.1.1.2)
    name: 'signature-algorithm-of-issuer',
    clause: 'RFC 5280 §4.1.2.3',
    severity: 'error',
    scope: 'standard',
    check: ({ tbs: { signatureAlgorithm }, issuer: { algorithm } }) =>
      equalBytes(signatureAlgorithm.der, algorithm.signatureAlgorithmDer)
        ? undefined
        : `the signature algorithm is ${toHex(signatureAlgorithm.der)}, but the issuer signs with ` +
          toHex(algorithm.signatureAlgorithmDer),
  },
  {
    name: 'issuer-name-of-issuer',
    clause: 'RFC 5280 §4.1.2.4',
    severity: 'error',
    scope: 'standard',
    check: ({ tbs, issuer }) =>
      sameName(tbs.issuer, issuer.subject)
        ? undefined
        : `the issuer name ${nameToString(tbs.issuer)} differs from the issuer's subject ` +
          `${nameToString(issuer.subject)} byte for byte`,
  },
  {
    name: 'authority-key-of-issuer',
    clause: 'RFC 5280 §4.2.1.1',
    severity: 'error',
    scope: 'standard',
    check: ({ extensions: { authorityKeyIdentifier }, issuer }) => {
      const keyIdentifier = authorityKeyIdentifier?.value.keyIdentifier;
      return keyIdentifier === undefined || equalBytes(keyIdentifier, issuer.keyIdentifier)
        ? undefined
        : `authorityKeyIdentifier is ${toHex(keyIdentifier)}, but the issuer's key is ${toHex(issuer.keyIdentifier)}`;
    },
  },
  {
    name: 'begins-with-issuer',
    clause: 'RFC 5280 §6.1.3',
    severity: 'error',
    scope: 'ours',
    check: ({ tbs: { notBefore }, issuer }) =>
      notBefore.date.getTime() >= issuer.notBefore.getTime()
        ? undefined
        : `notBefore ${notBefore.date.toISOString()} is before the issuer's notBefore ${issuer.notBefore.toISOString()}`,
  },
  {
    name: 'ends-with-issuer',
    clause: 'RFC 5280 §6.1.3',
    severity: 'error',
    scope: 'ours',
    check: ({ tbs: { notAfter }, issuer }) =>
      notAfter.date.getTime() <= issuer.notAfter.getTime()
        ? undefined
        : `notAfter ${notAfter.date.toISOString()} is after the issuer's notAfter ${issuer.notAfter.toISOString()}`,
  },
  {
    name: 'path-length-of-issuer',
    clause: 'RFC 5280 §4.2.1.9',
    severity: 'error',
    scope: 'standard',
    check: ({ kind, extensions: { basicConstraints }, issuer }) => {
      if (kind === 'root' || basicConstraints?.value.ca !== true || issuer.pathLength === undefined) return undefined;
      if (issuer.pathLength === 0) return 'the issuer has pathLenConstraint 0 and can issue no CA';
      const own = basicConstraints.value.pathLength;
      return own !== undefined && own < issuer.pathLength
        ? undefined
        : `pathLenConstraint is ${own ?? 'absent'}, but the issuer's is ${issuer.pathLength}`;
    },
  },
  {
    // a verifier that checks nameConstraints would reject the certificate (§6.1.3)
    name: 'names-within-issuer',
    clause: 'RFC 5280 §4.2.1.10',
    severity: 'error',
    scope: 'standard',
    check: ({ kind, tbs, extensions: { subjectAltName }, issuer: { nameConstraints } }) => {
      if (kind === 'root' || nameConstraints === undefined) return undefined;
      const names = carriedNames(tbs.subject, subjectAltName?.value ?? []);
      const [violation] = constraintViolations(nameConstraints, names);
      if (violation === undefined) return undefined;
      const { name, rule, problem } = violation;
      const subtrees = violation.subtrees.map(generalNameWords).join(', ');
      if (rule === 'name-excluded') return `${generalNameWords(name)} is excluded by the issuer: ${subtrees}`;
      if (rule !== 'name-not-permitted') return problem;
      return `${generalNameWords(name)} is outside the names that the issuer permits: ${subtrees}`;
    },
  },
  {
    name: 'root-signs-itself',
    clause: 'RFC 5280 §3.2',
    severity: 'error',
    scope: 'standard',
    check: ({ kind, tbs, issuer }) => {
      if (kind !== 'root') return undefined;
      if (!sameName(tbs.subject, issuer.subject)) {
        return `the subject of a root, ${nameToString(tbs.subject)}, differs from its issuer ${nameToString(issuer.subject)}`;
      }
      return equalBytes(tbs.publicKey.der, issuer.publicKeyDer)
        ? undefined
        : 'the public key of a root does not match the key that signs it';
    },
  },
  {
    name: 'root-key-identifier',
    clause: 'RFC 5280 §4.2.1.1',
    severity: 'error',
    scope: 'standard',
    check: ({ kind, extensions: { subjectKeyIdentifier }, issuer }) =>
      kind !== 'root' ||
      subjectKeyIdentifier === undefined ||
      equalBytes(subjectKeyIdentifier.value, issuer.keyIdentifier)
        ? undefined
        : `a root's subjectKeyIdentifier is ${toHex(subjectKeyIdentifier.value)}, but its key is ` +
          toHex(issuer.keyIdentifier),
  },
  {
    name: 'key-not-of-issuer',
    clause: 'RFC 5280 §3.2',
    severity: 'error',
    scope: 'ours',
    check: ({ kind, tbs, issuer }) =>
      kind !== 'root' && equalBytes(tbs.publicKey.der, issuer.publicKeyDer)
        ? "the certified key is the issuer's own"
        : undefined,
  },
  {
    // tried: two CAs with one name confuse verifiers that ignore key identifiers
    name: 'name-not-of-issuer',
    clause: 'RFC 5280 §3.2',
    severity: 'error',
    scope: 'ours',
    check: ({ kind, tbs, issuer }) =>
      kind !== 'root' && sameName(tbs.subject, issuer.subject)
        ? `the subject ${nameToString(tbs.subject)} is also the issuer's subject`
        : undefined,
  },
];
