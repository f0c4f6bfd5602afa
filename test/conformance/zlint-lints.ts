/**
 * Our rules for each lint of zlint; one of those named must report the same fault. For a lint that is not here, any finding of ours
 * is enough.
 */
export const RULES_OF_LINT: Readonly<Record<string, readonly string[]>> = {
  // the structure
  e_cert_ext_invalid_der: ['der'],
  e_cert_extensions_version_not_3: ['der'],
  e_ext_cannot_be_empty_sequence: ['extension-structure', 'extension-not-empty', 'policyConstraints-structure'],
  e_ext_duplicate_extension: ['der'],
  e_generalized_time_not_in_zulu: ['der'],
  e_utc_time_not_in_zulu: ['der'],
  e_utc_time_does_not_include_seconds: ['der'],
  e_incorrect_ku_encoding: ['extension-structure'],
  e_superfluous_ku_encoding: ['extension-structure'],
  e_path_len_constraint_zero_or_less: ['extension-structure'],
  e_name_constraint_empty: ['extension-structure'],
  e_name_constraint_maximum_not_absent: ['extension-structure'],
  e_name_constraint_minimum_non_zero: ['extension-structure'],
  e_cert_sig_alg_not_match_tbs_sig_alg: ['outer-is-inner'],
  // fields
  e_cert_contains_unique_identifier: ['no-unique-identifier'],
  e_cert_unique_identifier_version_not_2_or_3: ['no-unique-identifier'],
  e_serial_number_longer_than_20_octets: ['serial-length'],
  e_serial_number_not_positive: ['serial-positive'],
  e_issuer_field_empty: ['issuer-named'],
  e_ca_subject_field_empty: ['ca-named'],
  e_subject_empty_without_san: ['subject-or-alt-name'],
  e_subj_email_not_in_san: ['subject-email-in-alt-name'],
  // names in the subject and the issuer
  e_issuer_dn_country_not_printable_string: ['issuer-name-string-type'],
  e_subject_dn_country_not_printable_string: ['name-string-type'],
  e_subject_printable_string_badalpha: ['printable-string-alphabet'],
  e_subject_locality_name_max_length: ['name-bounds'],
  e_subject_organization_name_max_length: ['name-bounds'],
  e_subject_state_name_max_length: ['name-bounds'],
  e_subject_street_address_max_length: ['name-bounds'],
  // keys and algorithms
  e_spki_rsa_encryption_parameter_not_null: ['key-parameters'],
  e_tbs_signature_rsa_encryption_parameter_not_null: ['signature-parameters'],
  e_ecdsa_allowed_ku: ['key-usage-of-key'],
  // extensions
  e_basic_constraints_not_critical: ['basicConstraints-critical'],
  e_path_len_constraint_improperly_included: ['path-length-of-ca'],
  e_ext_authority_key_identifier_critical: ['authorityKeyIdentifier-not-critical'],
  e_ext_authority_key_identifier_no_key_identifier: ['authority-key-identifier'],
  e_ext_subject_key_identifier_missing_ca: ['subject-key-identifier'],
  e_ext_key_usage_cert_sign_without_ca: ['key-cert-sign-implies-ca'],
  e_key_usage_and_extended_key_usage_inconsistent: ['key-usage-of-purposes'],
  e_ext_name_constraints_not_critical: ['nameConstraints-critical'],
  e_ext_name_constraints_not_in_ca: ['name-constraints-of-ca'],
  e_distribution_point_incomplete: ['distribution-point-somewhere'],
  e_ext_aia_marked_critical: ['authorityInfoAccess-not-critical'],
  e_subject_info_access_marked_critical: ['subjectInfoAccess-not-critical'],
  e_ext_cert_policy_duplicate: ['certificatePolicies-structure'],
  e_ext_cert_policy_explicit_text_ia5_string: ['explicit-text'],
  e_ext_policy_constraints_empty: ['policyConstraints-structure'],
  e_ext_policy_constraints_not_critical: ['policyConstraints-critical'],
  e_ext_policy_map_any_policy: ['no-mapping-of-any-policy'],
  e_inhibit_any_policy_not_critical: ['inhibitAnyPolicy-critical'],
  // subjectAltName
  e_ext_san_no_entries: ['extension-structure'],
  e_ext_san_not_critical_without_subject: ['subjectAltName-critical'],
  e_ext_san_dns_not_ia5_string: ['extension-structure'],
  e_ext_san_uri_not_ia5: ['extension-structure'],
  e_ext_san_empty_name: ['alt-name-dns', 'alt-name-uri', 'alt-name-email'],
  e_ext_san_dns_name_too_long: ['alt-name-dns'],
  e_ext_san_space_dns_name: ['alt-name-dns'],
  e_ext_san_rfc822_format_invalid: ['alt-name-email'],
  e_ext_san_uri_format_invalid: ['alt-name-uri', 'alt-name-uri-host'],
  e_ext_san_uri_host_not_fqdn_or_ip: ['alt-name-uri', 'alt-name-uri-host'],
  e_ext_san_uri_relative: ['alt-name-uri'],
  e_international_dns_name_not_unicode: ['alt-name-dns'],
  e_rfc_dnsname_hyphen_in_sld: ['alt-name-dns'],
  e_rfc_dnsname_label_too_long: ['alt-name-dns'],
  e_san_bare_wildcard: ['alt-name-dns'],
  e_san_dns_name_includes_null_char: ['alt-name-dns'],
  e_san_dns_name_starts_with_period: ['alt-name-dns'],
  e_san_wildcard_not_first: ['alt-name-dns'],
  // issuerAltName: one rule covers all lints
  e_ext_ian_dns_not_ia5_string: ['issuer-alt-name'],
  e_ext_ian_empty_name: ['issuer-alt-name'],
  e_ext_ian_no_entries: ['issuer-alt-name'],
  e_ext_ian_rfc822_format_invalid: ['issuer-alt-name'],
  e_ext_ian_space_dns_name: ['issuer-alt-name'],
  e_ext_ian_uri_format_invalid: ['issuer-alt-name'],
  e_ext_ian_uri_host_not_fqdn_or_ip: ['issuer-alt-name'],
  e_ext_ian_uri_relative: ['issuer-alt-name'],
  e_ian_bare_wildcard: ['issuer-alt-name'],
  e_ian_dns_name_includes_null_char: ['issuer-alt-name'],
  // CRLs
  e_crl_missing_crl_number: ['crl-number-present'],
};

/** Lints without a rule of ours, with the reason. */
export const NOT_OURS: Readonly<Record<string, string>> = {
  e_rsa_fermat_factorization:
    'no rule of RFC 5280: it breaks the key, whose primes are its maker’s concern; ours come from OpenSSL',
  e_subj_contains_html_entities: 'no rule of any RFC: a subject may say &amp;',
  e_subj_country_not_uppercase: 'ISO 3166 writes capitals; RFC 5280 asks for two characters',
  e_utf8_latin1_mixup: 'no rule of any RFC: a guess that text was encoded twice',
  e_subject_postal_code_max_length:
    'RFC 5280 bounds the postal code of an X.400 address by 16; the attribute is X.520’s, which allows 40',
};
