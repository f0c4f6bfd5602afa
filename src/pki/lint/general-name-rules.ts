// Lint rules for the grammar of the names in the extensions of a certificate.
// `certificate-rules.ts` includes them, before signing and for `lint`; other tables use `nameProblems` and `generalNameWords`.
// `issuer-rules.ts`, `profile-rules.ts` and the policy decide whether the certificate may have these names.
import { toHex } from '../bytes.ts';
import { dnsNameFault } from '../name/dns-name.ts';
import type { GeneralName } from '../extension/general-name.ts';
import { OID } from '../oids.ts';
import type { CertificateFacts } from './certificate-facts.ts';
import type { Rule } from './rule.ts';

/** Rules for names in subjectAltName, nameConstraints, CRL distribution points and access locations. */
export const GENERAL_NAME_RULES: readonly Rule<CertificateFacts>[] = [
  {
    name: 'subject-or-alt-name',
    clause: 'RFC 5280 §4.1.2.6',
    severity: 'error',
    scope: 'standard',
    check: ({ tbs, extensions }) =>
      tbs.subject.rdns.length === 0 && extensions.subjectAltName === undefined
        ? 'the subject is empty and subjectAltName is missing'
        : undefined,
  },
  {
    name: 'alt-name-dns',
    clause: 'RFC 5280 §4.2.1.6, RFC 1034 §3.5',
    severity: 'error',
    scope: 'standard',
    check: facts => firstAltName(facts, dnsProblem),
  },
  {
    name: 'alt-name-dns-lower-case',
    clause: 'RFC 4343 §3',
    severity: 'error',
    scope: 'ours',
    check: facts =>
      firstAltName(facts, name =>
        name.type === 'dns' && name.value !== name.value.toLowerCase()
          ? `the DNS name ${JSON.stringify(name.value)} has upper-case letters`
          : undefined,
      ),
  },
  {
    name: 'alt-name-ip',
    clause: 'RFC 5280 §4.2.1.6',
    severity: 'error',
    scope: 'standard',
    check: facts => firstAltName(facts, ipProblem),
  },
  {
    name: 'alt-name-uri',
    clause: 'RFC 5280 §4.2.1.6, RFC 3986 §3',
    severity: 'error',
    scope: 'standard',
    check: facts => firstAltName(facts, uriProblem),
  },
  {
    name: 'alt-name-uri-host',
    clause: 'RFC 5280 §4.2.1.6',
    severity: 'error',
    scope: 'standard',
    check: facts => firstAltName(facts, uriHostProblem),
  },
  {
    name: 'alt-name-email',
    clause: 'RFC 5280 §4.2.1.6, RFC 2821 §4.1.2',
    severity: 'error',
    scope: 'standard',
    check: facts => firstAltName(facts, emailProblem),
  },
  {
    name: 'subject-email-in-alt-name',
    clause: 'RFC 5280 §4.1.2.6',
    severity: 'error',
    scope: 'standard',
    check: ({ tbs, extensions: { subjectAltName } }) => {
      const hasEmail = tbs.subject.rdns.some(rdn => rdn.some(({ type }) => type === OID.emailAddress));
      return hasEmail && !subjectAltName?.value.some(({ type }) => type === 'email')
        ? 'the subject has an emailAddress, but subjectAltName has none'
        : undefined;
    },
  },
  {
    name: 'alt-name-once',
    clause: 'RFC 5280 §4.2.1.6',
    severity: 'error',
    scope: 'ours',
    check: ({ extensions: { subjectAltName } }) => subjectAltName && repeated(subjectAltName.value),
  },
  {
    name: 'constraint-ip',
    clause: 'RFC 5280 §4.2.1.10',
    severity: 'error',
    scope: 'standard',
    check: facts => firstConstraint(facts, base => (base.type === 'ip' ? rangeProblem(base.octets) : undefined)),
  },
  {
    // svcauth writes no leading dot: verifiers disagree on its meaning (tried: OpenSSL excludes the name itself)
    name: 'constraint-dns',
    clause: 'RFC 5280 §4.2.1.10',
    severity: 'error',
    scope: 'ours',
    check: facts =>
      firstConstraint(facts, base => {
        if (base.type !== 'dns' && base.type !== 'uri') return undefined;
        const fault = base.value.includes('*') ? { reason: 'it has a "*"' } : dnsNameFault(base.value);
        return fault && `the constraint ${JSON.stringify(base.value)} is not a host name: ${fault.reason}`;
      }),
  },
  {
    name: 'constraint-type',
    clause: 'RFC 5280 §4.2.1.10',
    severity: 'error',
    scope: 'ours',
    check: facts =>
      firstConstraint(facts, ({ type }) =>
        type === 'dns' || type === 'ip' || type === 'uri' ? undefined : `a constraint on names of type ${type}`,
      ),
  },
  {
    name: 'distribution-point-http',
    clause: 'RFC 5280 §4.2.1.13',
    severity: 'error',
    scope: 'ours',
    check: ({ extensions: { cRLDistributionPoints } }) => {
      if (cRLDistributionPoints === undefined) return undefined;
      const { uris, other } = cRLDistributionPoints.value;
      if (other > 0) return `${other} CRL distribution points or names are not plain URIs`;
      if (uris.length === 0) return 'cRLDistributionPoints has no URI';
      return notHttp('the CRL distribution point', uris);
    },
  },
  {
    name: 'access-location-http',
    clause: 'RFC 5280 §4.2.2.1',
    severity: 'error',
    scope: 'ours',
    check: ({ extensions: { authorityInfoAccess } }) => {
      if (authorityInfoAccess === undefined) return undefined;
      const locations = authorityInfoAccess.value.map(({ location }) => location);
      if (locations.some(({ type }) => type !== 'uri')) return 'an access location is not a URI';
      return notHttp(
        'the access location',
        locations.map(location => (location.type === 'uri' ? location.value : '')),
      );
    },
  },
];

/** Returns the problems of a name by its own grammar, for any extension. */
export const nameProblems = (name: GeneralName): readonly string[] =>
  [dnsProblem, ipProblem, uriProblem, uriHostProblem, emailProblem].flatMap(problem => problem(name) ?? []);

function dnsProblem(name: GeneralName): string | undefined {
  if (name.type !== 'dns') return undefined;
  const fault = dnsNameFault(name.value);
  return fault && `the DNS name ${JSON.stringify(name.value)} is not valid: ${fault.reason}`;
}

const ipProblem = (name: GeneralName): string | undefined =>
  name.type === 'ip' && name.octets.length !== 4 && name.octets.length !== 16
    ? `an IP address has ${name.octets.length} octets instead of 4 or 16`
    : undefined;

const uriProblem = (name: GeneralName): string | undefined =>
  name.type === 'uri' && !ABSOLUTE_URI.test(name.value)
    ? `the URI ${JSON.stringify(name.value)} has no scheme followed by a value`
    : undefined;

/** Checks the host of a URI. A trust domain is not a host and has its own rule. */
function uriHostProblem(name: GeneralName): string | undefined {
  if (name.type !== 'uri' || /^spiffe:/i.test(name.value)) return undefined;
  const authority = AUTHORITY.exec(name.value)?.[1];
  if (authority === undefined) return undefined;
  const host = authority.replace(/^[^@]*@/, '').replace(/:\d*$/, '');
  if (/^\[[0-9a-f:.]+\]$/i.test(host) || isIpv4(host)) return undefined;
  const fault = host.includes('*') ? { reason: 'it has a "*"' } : dnsNameFault(host);
  return (
    fault &&
    `the host of the URI ${JSON.stringify(name.value)} is neither a DNS name nor an IP address: ${fault.reason}`
  );
}

const isIpv4 = (host: string): boolean =>
  /^\d+(?:\.\d+){3}$/.test(host) && host.split('.').every(part => Number(part) < 256);

function emailProblem(name: GeneralName): string | undefined {
  if (name.type !== 'email') return undefined;
  const mailbox = MAILBOX.exec(name.value);
  if (mailbox === null) return `the e-mail address ${JSON.stringify(name.value)} is not local-part@domain`;
  const fault = dnsNameFault(mailbox[1]!);
  return fault && `the e-mail address ${JSON.stringify(name.value)} has no valid domain: ${fault.reason}`;
}

const AUTHORITY = /^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/([^/?#]*)/;
// a dot-string or a quoted string
const MAILBOX = /^(?:[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*|"(?:[^"\\]|\\.)+")@([^@]*)$/;
const ABSOLUTE_URI = /^[a-zA-Z][a-zA-Z0-9+.-]*:[\x21-\x7e]+$/;
const HTTP_URI = /^https?:\/\/[a-zA-Z0-9.:[\]-]+(?:[/?][\x21-\x7e]*)?$/;

function firstAltName(
  { extensions: { subjectAltName } }: CertificateFacts,
  problem: (name: GeneralName) => string | undefined,
): string | undefined {
  return subjectAltName && firstProblem(subjectAltName.value, problem);
}

function firstConstraint(
  { extensions: { nameConstraints } }: CertificateFacts,
  problem: (base: GeneralName) => string | undefined,
): string | undefined {
  if (nameConstraints === undefined) return undefined;
  const { permitted, excluded } = nameConstraints.value;
  return firstProblem(permitted, problem) ?? firstProblem(excluded, problem);
}

function firstProblem(
  names: readonly GeneralName[],
  problem: (name: GeneralName) => string | undefined,
): string | undefined {
  for (const name of names) {
    const found = problem(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Words the type and value of a name, for messages. */
export const generalNameWords = (name: GeneralName): string => {
  switch (name.type) {
    case 'dns':
    case 'uri':
    case 'email':
      return `${name.type} ${name.value}`;
    case 'ip':
      return `ip ${toHex(name.octets)}`;
    case 'directory':
      return `directory ${toHex(name.name.der)}`;
    case 'registeredId':
      return `registeredId ${toHex(name.oid)}`;
    case 'other':
      return `other ${toHex(name.der)}`;
  }
};

function repeated(names: readonly GeneralName[]): string | undefined {
  if (names.length < 2) return undefined;
  const seen = new Set<string>();
  for (const name of names) {
    const words = generalNameWords(name);
    if (seen.has(words)) return `subjectAltName has ${words} twice`;
    seen.add(words);
  }
  return undefined;
}

/** Checks an address and its mask: 8 or 32 octets, a mask of leading ones (RFC 4632 §3.1), no address bits outside the mask. */
function rangeProblem(octets: Uint8Array): string | undefined {
  if (octets.length !== 8 && octets.length !== 32) return `an IP range has ${octets.length} octets instead of 8 or 32`;
  const half = octets.length / 2;
  let ended = false;
  for (let bit = 0; bit < half * 8; bit++) {
    const at = 0x80 >> (bit & 7);
    const masked = (octets[half + (bit >> 3)]! & at) !== 0;
    if (masked && ended) return `the mask ${toHex(octets.subarray(half))} of an IP range is not contiguous`;
    if (!masked && (octets[bit >> 3]! & at) !== 0) {
      return `the IP range ${toHex(octets.subarray(0, half))} has bits outside its mask ${toHex(octets.subarray(half))}`;
    }
    ended ||= !masked;
  }
  return undefined;
}

function notHttp(what: string, uris: readonly string[]): string | undefined {
  for (const uri of uris) if (!HTTP_URI.test(uri)) return `${what} ${JSON.stringify(uri)} is not an http or https URI`;
  return undefined;
}
