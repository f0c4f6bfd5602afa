import type { Candidate, CertificateFacts } from './certificate-facts.ts';
import { EXTENSION_RULES } from './extension-rules.ts';
import { FIELD_RULES } from './field-rules.ts';
import { GENERAL_NAME_RULES } from './general-name-rules.ts';
import { ISSUER_RULES } from './issuer-rules.ts';
import { KEY_RULES } from './key-rules.ts';
import { NAME_RULES } from './name-rules.ts';
import { PROFILE_RULES } from './profile-rules.ts';
import type { Rule } from './rule.ts';

/** Rules for any certificate, also one of another CA. */
export const CERTIFICATE_RULES: readonly Rule<CertificateFacts>[] = [
  ...FIELD_RULES,
  ...NAME_RULES,
  ...KEY_RULES,
  ...EXTENSION_RULES,
  ...GENERAL_NAME_RULES,
];

/** Rules for a certificate that svcauth is about to sign. */
export const ISSUANCE_RULES: readonly Rule<Candidate>[] = [...CERTIFICATE_RULES, ...ISSUER_RULES, ...PROFILE_RULES];
