// Lint rules for length, string type and characters of the attributes of subject and issuer.
// `certificate-rules.ts` includes those of the subject, `signed-certificate-lint.ts` those of the issuer.
// `issuer-rules.ts` compares the issuer's name with the name of the CA.
import { TAG } from '../der/writer.ts';
import { UPPER_BOUNDS, type NameAttribute } from '../name/name.ts';
import { OID, oidName } from '../oids.ts';
import type { CertificateFacts } from './certificate-facts.ts';
import type { Rule } from './rule.ts';

/** Rules for the subject. The issuer's name is a copy of another subject, which another CA may have chosen. */
export const NAME_RULES: readonly Rule<CertificateFacts>[] = [
  {
    name: 'name-bounds',
    clause: 'RFC 5280 appendix A.1',
    severity: 'error',
    scope: 'standard',
    check: facts => firstOf(facts, outOfBounds),
  },
  {
    name: 'name-string-type',
    clause: 'RFC 5280 §4.1.2.4, appendix A.1',
    severity: 'error',
    scope: 'standard',
    check: facts => firstOf(facts, wrongStringType),
  },
  {
    name: 'printable-string-alphabet',
    clause: 'X.680 §41.4',
    severity: 'error',
    scope: 'standard',
    check: facts => firstOf(facts, notPrintable),
  },
  {
    // people compare names by eye, and names appear in access lists and logs
    name: 'name-visible',
    clause: 'RFC 5280 §4.1.2.4',
    severity: 'error',
    scope: 'ours',
    check: facts => firstOf(facts, notVisible),
  },
  {
    name: 'one-attribute-per-rdn',
    clause: 'RFC 5280 §4.1.2.4',
    severity: 'error',
    scope: 'ours',
    check: ({ tbs }) => {
      for (const rdn of tbs.subject.rdns)
        if (rdn.length > 1) return `the subject has ${rdn.length} attributes in one RDN`;
      return undefined;
    },
  },
];

/** Rules for an issuer's name that another CA chose. They do not prevent signing. */
export const ISSUER_NAME_RULES: readonly Rule<CertificateFacts>[] = [
  {
    name: 'issuer-name-bounds',
    clause: 'RFC 5280 appendix A.1',
    severity: 'error',
    scope: 'standard',
    check: facts => firstOf(facts, outOfBounds, 'issuer'),
  },
  {
    // the other attributes of an old CA may have an old string type (§4.1.2.4)
    name: 'issuer-name-string-type',
    clause: 'RFC 5280 §4.1.2.4, appendix A.1',
    severity: 'error',
    scope: 'standard',
    check: facts =>
      firstOf(facts, attribute => (attribute.type in STRING_TYPES ? wrongStringType(attribute) : undefined), 'issuer'),
  },
];

function firstOf(
  { tbs }: CertificateFacts,
  problem: (attribute: NameAttribute) => string | undefined,
  whose: 'subject' | 'issuer' = 'subject',
): string | undefined {
  for (const rdn of tbs[whose].rdns) {
    for (const attribute of rdn) {
      const found = problem(attribute);
      if (found !== undefined) return `${oidName(attribute.type) ?? attribute.type} of the ${whose} ${found}`;
    }
  }
  return undefined;
}

function outOfBounds({ type, value }: NameAttribute): string | undefined {
  if (value === undefined) return undefined;
  if (value === '') return 'is empty';
  const bound = UPPER_BOUNDS[type];
  if (bound === undefined || value.length <= bound) return undefined;
  // bounds count characters, not UTF-16 units
  const length = [...value].length;
  return length <= bound ? undefined : `has ${length} characters, more than ${bound}`;
}

const STRING_TYPES: Readonly<Record<string, readonly number[]>> = {
  [OID.countryName]: [TAG.printableString],
  [OID.serialNumber]: [TAG.printableString],
  [OID.domainComponent]: [TAG.ia5String],
  [OID.emailAddress]: [TAG.ia5String],
};
const DIRECTORY_STRING: readonly number[] = [TAG.utf8String, TAG.printableString];

function wrongStringType({ type, tag }: NameAttribute): string | undefined {
  const allowed = STRING_TYPES[type] ?? DIRECTORY_STRING;
  if (allowed.includes(tag)) return undefined;
  const words = (tags: readonly number[]): string => tags.map(t => `0x${t.toString(16).padStart(2, '0')}`).join(' or ');
  return `is a string of type ${words([tag])} instead of ${words(allowed)}`;
}

const notPrintable = ({ tag, value = '' }: NameAttribute): string | undefined =>
  tag !== TAG.printableString || /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(value)
    ? undefined
    : 'has a character that is not in PrintableString';

const notVisible = ({ value = '' }: NameAttribute): string | undefined =>
  /^\s|\s$|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(value)
    ? 'begins or ends with a space, or has an invisible character'
    : undefined;
