import { expect, test } from 'vitest';
import { equalBytes } from '../../../src/pki/bytes.ts';
import { DerError } from '../../../src/pki/der-reader.ts';
import { certificateFacts } from '../../../src/pki/lint/certificate-facts.ts';
import { CERTIFICATE_RULES } from '../../../src/pki/lint/certificate-rules.ts';
import { checkRules, notDer, type Finding } from '../../../src/pki/lint/rule.ts';
import { decodeCertificate } from '../../../src/pki/parsed-certificate.ts';
import { describeVectors } from '../../support/vectors.ts';

interface Labelled {
  readonly cases: readonly {
    readonly id: string;
    readonly type: string;
    readonly der_b64: string;
    /** Lint name to level: `error`, `fatal`, `warn`, `info`. */
    readonly zlint: Readonly<Record<string, string>>;
  }[];
}

/** Extensions that we neither make nor let through, and taste that no RFC has: their errors are not ours to make. */
const NOT_OURS =
  /^e_(ext_ian_|ian_|ext_cert_policy_|ext_policy_|inhibit_any_policy_|ext_san_rfc822_|subj_contains_html_|subj_country_not_upper|utf8_latin1_)/;

/** What zlint lets through, and we do not: the rule, and why. */
const STRICTER: Readonly<Record<string, string>> = {
  // X509-SVID §4.3 demands what RFC 5280 recommends
  'keyUsage-critical': '',
  // a label with a character that IDNA does not allow; zlint asks only whether it is Punycode
  'alt-name-dns': 'zlint::dnsNamesNFC.pem',
};

const STANDARD_RULES = CERTIFICATE_RULES.filter(({ scope }) => scope === 'standard');

function lintForeign(der: Uint8Array): readonly Finding[] {
  try {
    const { tbs, signatureAlgorithm } = decodeCertificate(der);
    const findings = checkRules(STANDARD_RULES, certificateFacts(tbs));
    if (equalBytes(signatureAlgorithm.der, tbs.signatureAlgorithm.der)) return findings;
    // what signing reads again (RFC 5280 §4.1.1.2)
    return [...findings, { rule: 'outer-is-inner', clause: '', severity: 'error', message: '' }];
  } catch (error) {
    if (error instanceof DerError) return [notDer(error)];
    throw error;
  }
}

describeVectors<Labelled>('lint/zlint-rfc5280-labelled.json', 'certificates that zlint has judged', ({ cases }) => {
  const certificates = cases.filter(({ type }) => type === 'CERTIFICATE');
  const errorsOf = (zlint: Readonly<Record<string, string>>): readonly string[] =>
    Object.keys(zlint).filter(name => (zlint[name] === 'error' || zlint[name] === 'fatal') && !NOT_OURS.test(name));
  const [faulty, sound] = [true, false].map(wanted =>
    certificates.filter(({ zlint }) => errorsOf(zlint).length > 0 === wanted),
  ) as [typeof certificates, typeof certificates];

  test.each(faulty.map(({ id, der_b64, zlint }) => [id, errorsOf(zlint).join(', '), der_b64]))(
    '%s is refused too: %s',
    (_id, _errors, der) => {
      expect(lintForeign(Buffer.from(der, 'base64'))).not.toEqual([]);
    },
  );

  test('those without an error are let through', () => {
    const refused = sound.flatMap(({ id, der_b64, zlint }) =>
      Object.values(zlint).some(level => level === 'error' || level === 'fatal')
        ? []
        : lintForeign(Buffer.from(der_b64, 'base64'))
            .filter(({ severity, rule }) => severity === 'error' && !id.startsWith(STRICTER[rule] ?? 'none'))
            .map(({ rule }) => `${id}: ${rule}`),
    );
    expect(refused).toEqual([]);
  });
});
