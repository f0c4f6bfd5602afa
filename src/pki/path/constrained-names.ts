// Decides whether the names of a certificate are within the name constraints of a CA above it.
// Path validation and `verifiers` call it. It refuses names and constraints that it cannot compare.
// `name/constraint-violation.ts` answers for names that svcauth is about to issue.
import { dnsInSubtree, ipInSubtree } from '../name/constraint-violation.ts';
import { oid } from '../der/writer.ts';
import { dnsNameFault } from '../name/dns-name.ts';
import type { GeneralName } from '../extension/general-name.ts';
import type { NameConstraints } from '../extension/name-constraints.ts';
import { readIpAddress } from '../name/ip-address.ts';
import { isEmptyName, nameToString } from '../name/name.ts';
import { OID } from '../oids.ts';
import { spend, type Budget } from './budget.ts';
import { canonicalRdns, isBelowName } from './canonical-name.ts';
import type { PathCertificate } from './path-certificate.ts';
import { refusal, type Refusal } from './refusal.ts';

/** A name or subtree base, read for comparing. */
type Comparable =
  | { readonly type: 'dns'; readonly text: string }
  | { readonly type: 'email'; readonly local: string | undefined; readonly host: string }
  /** Of a name: the host, undefined where it has none. */
  | { readonly type: 'uri'; readonly host: string | undefined }
  | { readonly type: 'ip'; readonly octets: Uint8Array }
  | { readonly type: 'directory'; readonly rdns: readonly string[] };

type ReadName = Comparable & { readonly words: string };

/** What constraints have to say about the names of one certificate. */
export function nameRefusal(
  constraints: NameConstraints,
  names: readonly GeneralName[],
  budget: Budget,
): Refusal | undefined {
  const permitted = readBases(constraints.permitted, names);
  if ('code' in permitted) return permitted;
  const excluded = readBases(constraints.excluded, names);
  if ('code' in excluded) return excluded;
  const read: ReadName[] = [];
  for (const name of names) {
    const comparable = readName(name);
    if (typeof comparable === 'string') return refusal('name-malformed', comparable);
    // a form that nothing constrains: readBases has refused those that something does
    if (comparable !== undefined) read.push(comparable);
  }
  // reading them costs as well
  const reading = names.length + constraints.permitted.length + constraints.excluded.length;
  const over = spend(budget, 'nameComparisons', reading + comparisons(read, [...permitted, ...excluded]));
  if (over !== undefined) return over;
  for (const name of read) {
    const found = uriWithoutHost(name, [...permitted, ...excluded]) ?? oneRefusal(name, permitted, excluded);
    if (found !== undefined) return found;
  }
  return undefined;
}

function oneRefusal(
  name: ReadName,
  permitted: readonly ReadName[],
  excluded: readonly ReadName[],
): Refusal | undefined {
  const barrier = excluded.find(base => touches(name, base));
  if (barrier !== undefined) return refusal('name-excluded', `${name.words} is excluded by ${barrier.words}`);
  const allowed = permitted.filter(base => base.type === name.type);
  if (allowed.length === 0 || allowed.some(base => holds(name, base))) return undefined;
  const some = allowed.slice(0, 3).map(base => base.words);
  return refusal(
    'name-not-permitted',
    `${name.words} is not within ${some.join(', ')}${allowed.length > 3 ? ', …' : ''}`,
  );
}

/** RFC 5280 §4.2.1.10: a URI without an authority, or with an address in it, fails any URI constraint. */
function uriWithoutHost(name: ReadName, bases: readonly ReadName[]): Refusal | undefined {
  if (name.type !== 'uri' || name.host !== undefined || !bases.some(base => base.type === 'uri')) return undefined;
  return refusal('name-not-permitted', `${name.words} has no host name that a URI constraint could hold`);
}

function comparisons(names: readonly ReadName[], bases: readonly ReadName[]): number {
  const count = (list: readonly ReadName[], type: Comparable['type']) => list.filter(n => n.type === type).length;
  return (['dns', 'email', 'uri', 'ip', 'directory'] as const).reduce(
    (sum, type) => sum + count(names, type) * count(bases, type),
    0,
  );
}

/** Whether everything the name stands for lies in the subtree. */
function holds(name: Comparable, base: Comparable): boolean {
  if (name.type === 'dns' && base.type === 'dns') return dnsInSubtree(name.text, base.text);
  if (name.type === 'ip' && base.type === 'ip') return ipInSubtree(name.octets, base.octets);
  if (name.type === 'directory' && base.type === 'directory') return isBelowName(name.rdns, base.rdns);
  if (name.type === 'uri' && base.type === 'uri') return hostInSubtree(name.host!, base.host!);
  if (name.type === 'email' && base.type === 'email') {
    if (base.local !== undefined) return name.local === base.local && name.host === base.host;
    return hostInSubtree(name.host, base.host);
  }
  return false;
}

/** Whether something the name stands for lies in the subtree: a wildcard stands for every label in its place. */
function touches(name: Comparable, base: Comparable): boolean {
  if (holds(name, base)) return true;
  if (name.type !== 'dns' || base.type !== 'dns' || !name.text.startsWith('*.')) return false;
  const parent = name.text.slice(1);
  return base.text.endsWith(parent) && !base.text.slice(0, -parent.length).includes('.');
}

/** URI and mailbox hosts (RFC 5280 §4.2.1.10): the host itself, or with a leading dot everything below it; empty holds all. */
function hostInSubtree(host: string, base: string): boolean {
  if (base === '') return true;
  return base.startsWith('.') ? host.endsWith(base) && host.length > base.length : host === base;
}

/** The bases that concern these names; a Refusal where one of them cannot be read. */
function readBases(bases: readonly GeneralName[], names: readonly GeneralName[]): readonly ReadName[] | Refusal {
  const read: ReadName[] = [];
  for (const base of bases) {
    const comparable = readBase(base);
    if (typeof comparable === 'string') return refusal('name-constraint-malformed', comparable);
    if (comparable !== undefined) read.push(comparable);
    if (names.some(name => (comparable === undefined && sameForm(name, base)) || isOtherMailbox(name, base))) {
      const words = `names of the form ${formOf(base)} are constrained, and one cannot be compared`;
      return refusal('name-form-unsupported', words);
    }
  }
  return read;
}

const SMTP_UTF8_MAILBOX = Buffer.from(oid(OID.smtpUtf8Mailbox));

/** RFC 9598 §6: constraints on mailboxes hold for those outside ASCII too, which we do not read. */
const isOtherMailbox = (name: GeneralName, base: GeneralName): boolean =>
  base.type === 'email' && name.type === 'other' && Buffer.from(name.der).includes(SMTP_UTF8_MAILBOX);

const formOf = (name: GeneralName): string => (name.type === 'other' ? `[${name.tag & 0x1f}]` : name.type);

const sameForm = (a: GeneralName, b: GeneralName): boolean => formOf(a) === formOf(b);

/** Undefined for forms that are not compared; a string says what is wrong. */
function readName(name: GeneralName): ReadName | string | undefined {
  switch (name.type) {
    case 'dns':
      return dnsNameFault(name.value) === undefined
        ? { type: 'dns', text: name.value.toLowerCase(), words: name.value }
        : `${JSON.stringify(name.value)} is not a DNS name`;
    case 'email':
      return readMailbox(name.value) ?? `${JSON.stringify(name.value)} is not a mailbox`;
    case 'uri':
      return { type: 'uri', host: uriHost(name.value), words: name.value };
    case 'ip':
      if (name.octets.length !== 4 && name.octets.length !== 16) return `an address of ${name.octets.length} octets`;
      return { type: 'ip', octets: name.octets, words: addressWords(name.octets) };
    case 'directory':
      return { type: 'directory', rdns: canonicalRdns(name.name), words: nameToString(name.name) };
    case 'registeredId':
    case 'other':
      return undefined;
  }
}

function readBase(base: GeneralName): ReadName | string | undefined {
  switch (base.type) {
    case 'dns':
      // an empty base holds every name; a leading dot is for URIs only
      return base.value === '' || (dnsNameFault(base.value) === undefined && !base.value.startsWith('*'))
        ? { type: 'dns', text: base.value.toLowerCase(), words: `"${base.value}"` }
        : `the DNS constraint ${JSON.stringify(base.value)} is not a DNS name`;
    case 'email':
      if (base.value.includes('@')) {
        return readMailbox(base.value) ?? `the mailbox constraint ${JSON.stringify(base.value)} is not a mailbox`;
      }
      return isHostBase(base.value)
        ? { type: 'email', local: undefined, host: base.value.toLowerCase(), words: `"${base.value}"` }
        : `the mailbox constraint ${JSON.stringify(base.value)} is not a host`;
    case 'uri':
      return isHostBase(base.value)
        ? { type: 'uri', host: base.value.toLowerCase(), words: `"${base.value}"` }
        : `the URI constraint ${JSON.stringify(base.value)} is not a host`;
    case 'ip':
      return isAddressBlock(base.octets)
        ? {
            type: 'ip',
            octets: base.octets,
            words: `${addressWords(base.octets.subarray(0, base.octets.length / 2))}/…`,
          }
        : 'an IP constraint is not an address and a mask';
    case 'directory':
      return { type: 'directory', rdns: canonicalRdns(base.name), words: `"${nameToString(base.name)}"` };
    case 'registeredId':
    case 'other':
      return undefined;
  }
}

const addressWords = (octets: Uint8Array): string => `address ${Buffer.from(octets).toString('hex')}`;

const isHostBase = (text: string): boolean =>
  text === '' || dnsNameFault(text.startsWith('.') ? text.slice(1) : text) === undefined;

/** Local-Part@Domain, no more (RFC 5280 §4.2.1.6, RFC 5321 §4.1.2); only the domain is folded (§7.5). */
function readMailbox(text: string): ReadName | undefined {
  const parts = text.split('@');
  if (parts.length !== 2 || !/^[\x21-\x7e]+$/.test(parts[0]!) || dnsNameFault(parts[1]!) !== undefined)
    return undefined;
  return { type: 'email', local: parts[0]!, host: parts[1]!.toLowerCase(), words: text };
}

/** Scheme, user information of its own characters only, host, port (RFC 3986 §3.1, §3.2). */
const URI_HOST = /^[a-z][a-z0-9+.-]*:\/\/(?:[a-z0-9._~!$&'()*+,;=:%-]*@)?([^/?#:@]+)(?::[0-9]*)?(?:[/?#]|$)/i;

/** The host name of a URI (RFC 3986 §3.2.2), folded; undefined where it has no authority, or an address in its place. */
function uriHost(uri: string): string | undefined {
  const host = URI_HOST.exec(uri)?.[1]?.toLowerCase();
  return host === undefined ||
    readIpAddress(host) !== undefined ||
    dnsNameFault(host.replaceAll('_', '-')) !== undefined
    ? undefined
    : host;
}

/** Address and mask of one family, the mask a prefix (RFC 5280 §4.2.1.10, RFC 4632 §3.1). */
function isAddressBlock(octets: Uint8Array): boolean {
  if (octets.length !== 8 && octets.length !== 32) return false;
  const bits = [...octets.subarray(octets.length / 2)].map(octet => octet.toString(2).padStart(8, '0')).join('');
  return /^1*0*$/.test(bits);
}

/**
 * The names that constraints apply to: subjectAltName, the subject itself, and an emailAddress in the subject (RFC 5280
 * §4.2.1.10; also beside a subjectAltName, for that is what readers of such subjects would believe).
 */
export function constrainedNames({ tbs, extensions }: PathCertificate): readonly GeneralName[] {
  const names: GeneralName[] = [...(extensions.subjectAltName?.value ?? [])];
  if (!isEmptyName(tbs.subject)) names.push({ type: 'directory', name: tbs.subject });
  for (const { type, value } of tbs.subject.rdns.flat()) {
    if (type === OID.emailAddress) names.push({ type: 'email', value: value ?? '' });
  }
  return names;
}
