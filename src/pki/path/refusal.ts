// The table of refusal codes: a new check of path validation or of an SVID gets its code here.
// `verify`, `probe`, the rotation proof and svcauth/node report the codes. It checks nothing itself.

/** The reasons for rejecting a certificate, a CRL or a path, each with its clause. */
const CLAUSES = {
  // the bytes of one certificate
  'not-der': 'RFC 5280 §4.1; X.690 §10',
  'signature-algorithms-differ': 'RFC 5280 §4.1.1.2',
  'issuer-empty': 'RFC 5280 §4.1.2.4',
  'subject-empty': 'RFC 5280 §4.1.2.6',
  'extension-malformed': 'RFC 5280 §4.2',
  'extension-critical-unknown': 'RFC 5280 §6.1.4 (o), §6.1.5 (f)',
  'extension-criticality': 'RFC 5280 §4.2.1, §4.2.2',
  'authority-key-identifier-missing': 'RFC 5280 §4.2.1.1',
  'subject-key-identifier-missing': 'RFC 5280 §4.2.1.2',
  'key-cert-sign-without-ca': 'RFC 5280 §4.2.1.3, §4.2.1.9',
  'name-constraints-without-ca': 'RFC 5280 §4.2.1.10',
  'key-refused': 'RFC 5280 §4.1.2.7; SP 800-131A §3',
  // a certificate in its place in a path
  'not-valid-yet': 'RFC 5280 §6.1.3 (a)(2)',
  expired: 'RFC 5280 §6.1.3 (a)(2)',
  'not-a-ca': 'RFC 5280 §6.1.4 (k)',
  'basic-constraints-not-critical': 'RFC 5280 §4.2.1.9',
  'key-cert-sign-missing': 'RFC 5280 §6.1.4 (n)',
  'path-length': 'RFC 5280 §6.1.4 (l), (m)',
  'signature-algorithm-refused': 'RFC 5280 §6.1.3 (a)(1); RFC 9155',
  'signature-wrong': 'RFC 5280 §6.1.3 (a)(1)',
  'purpose-refused': 'RFC 5280 §4.2.1.12',
  'name-not-permitted': 'RFC 5280 §6.1.3 (b)',
  'name-excluded': 'RFC 5280 §6.1.3 (c)',
  'name-malformed': 'RFC 5280 §4.2.1.6, §4.2.1.10',
  'name-form-unsupported': 'RFC 5280 §4.2.1.10',
  'name-constraint-malformed': 'RFC 5280 §4.2.1.10',
  'policy-unsupported': 'RFC 5280 §4.2.1.4',
  'policy-required': 'RFC 5280 §6.1.5 (g)',
  'policy-mapped-any': 'RFC 5280 §6.1.4 (a)',
  // the search
  'target-is-an-anchor': 'RFC 5280 §6.1',
  'no-issuer': 'RFC 5280 §6.1.3 (a)(4); RFC 4158 §2',
  loop: 'RFC 4158 §5.2',
  'too-deep': 'RFC 4158 §5.2',
  'too-many-signatures': 'RFC 4158 §5.2',
  'too-many-candidates': 'RFC 4158 §5.2',
  'too-many-names': 'RFC 5280 §8',
  // the identity
  'identity-absent': 'RFC 9525 §6.1',
  'identity-differs': 'RFC 9525 §6.3, §6.4; RFC 5280 §6.1',
  // the rules of X509-SVID beyond RFC 5280
  'svid-one-uri': 'X509-SVID §2',
  'svid-id': 'X509-SVID §2; SPIFFE-ID §2',
  'svid-path': 'X509-SVID §3.1, §5.2',
  'svid-leaf-is-ca': 'X509-SVID §4.1, §5.2',
  'svid-key-usage': 'X509-SVID §4.3, §5.2',
  'svid-extended-key-usage': 'X509-SVID §4.4',
  'svid-trust-domain': 'X509-SVID §5.1; SPIFFE Trust Domain and Bundle §4',
  'svid-signer': 'X509-SVID §3.2, §4.3',
  // revocation
  revoked: 'RFC 5280 §6.3.3 (i), (j)',
  'crl-missing': 'RFC 5280 §6.3.3',
  'crl-malformed': 'RFC 5280 §5.1',
  'crl-extension-missing': 'RFC 5280 §5.2.1, §5.2.3',
  'crl-extension-critical-unknown': 'RFC 5280 §5.2, §5.3',
  'crl-extension-criticality': 'RFC 5280 §5.2',
  'crl-next-update-missing': 'RFC 5280 §5.1.2.5',
  'crl-not-valid-yet': 'RFC 5280 §5.1.2.4',
  'crl-expired': 'RFC 5280 §6.3.3 (a), §5.1.2.5',
  'crl-delta': 'RFC 5280 §5.2.4',
  'crl-indirect': 'RFC 5280 §5.2.5, §5.3.3',
  'crl-scope': 'RFC 5280 §6.3.3 (b)(2)',
  'crl-signer-unknown': 'RFC 5280 §6.3.3 (f)',
  'crl-sign-missing': 'RFC 5280 §6.3.3 (f)',
  'crl-signature-wrong': 'RFC 5280 §6.3.3 (g)',
} as const;

export type RefusalCode = keyof typeof CLAUSES;

export interface Refusal {
  readonly code: RefusalCode;
  readonly clause: string;
  /** Lower case, with both sides of a comparison. */
  readonly message: string;
}

export const refusal = (code: RefusalCode, message: string): Refusal => ({ code, clause: CLAUSES[code], message });
