// Decides which names the constraints of a CA do not permit (RFC 5280 §4.2.1.10).
// Issuance and lint ask for all violations; the validator also asks for faults of names and constraints, and for the cost first.
// It does not collect the names of a certificate: `carried-names.ts` does.
import type { GeneralName } from '../extension/general-name.ts';
import type { NameConstraints } from '../extension/name-constraints.ts';
import { oid } from '../der/writer.ts';
import { OID } from '../oids.ts';
import { canonicalRdns, isBelowName } from './canonical-name.ts';
import { dnsNameFault } from './dns-name.ts';
import { readIpAddress } from './ip-address.ts';
import { nameToString } from './name.ts';

export interface ConstraintViolation {
  readonly name: GeneralName;
  readonly rule: 'name-excluded' | 'name-not-permitted' | 'name-malformed' | 'name-form-unsupported';
  /** All permitted subtrees of the name's type, or the one excluded or incomparable subtree. */
  readonly subtrees: readonly GeneralName[];
  /** The problem in words, with the name and the subtree. */
  readonly problem: string;
}

/** A constraint that does not have the form of the clause. */
interface ConstraintFault {
  readonly rule: 'name-constraint-malformed';
  readonly problem: string;
}

/** Names and constraints, decoded and not yet compared. */
export interface NameComparison {
  /** The faults found while decoding, in that order. */
  readonly faults: readonly (ConstraintViolation | ConstraintFault)[];
  /** The number of steps that decoding and comparing take. */
  readonly cost: number;
  /** Compares the names. An excluded subtree takes precedence; a name type without permitted subtrees is unrestricted. */
  readonly violations: () => readonly ConstraintViolation[];
}

/** Returns the names that verifiers reject because of the constraints, each with its first problem. */
export function constraintViolations(
  constraints: NameConstraints,
  names: readonly GeneralName[],
): readonly ConstraintViolation[] {
  const { faults, violations } = compareNames(constraints, names);
  // a leaf is not responsible for the form of its issuer's constraints: a leading dot is read as OpenSSL reads it
  return [...faults.filter(fault => fault.rule !== 'name-constraint-malformed'), ...violations()];
}

export function compareNames(constraints: NameConstraints, names: readonly GeneralName[]): NameComparison {
  const faults: (ConstraintViolation | ConstraintFault)[] = [];
  const permitted = readBases(constraints.permitted, names, faults);
  const excluded = readBases(constraints.excluded, names, faults);
  const read: ReadName[] = [];
  for (const name of names) {
    const found = readName(name);
    if (typeof found === 'string') faults.push({ rule: 'name-malformed', name, subtrees: [], problem: found });
    // a form without comparison: readBases has reported it if it is constrained
    else if (found !== undefined) read.push({ ...found, name });
  }
  const bases = [...permitted, ...excluded];
  return {
    faults,
    // decoding costs work too
    cost: names.length + constraints.permitted.length + constraints.excluded.length + comparisons(read, bases),
    violations: () => read.flatMap(name => violation(name, permitted, excluded) ?? []),
  };
}

/** A name or the base of a subtree, in a form for comparison. */
type Comparable = Readable & {
  /** The name in a sentence. */
  readonly words: string;
};

type Readable =
  | { readonly type: 'dns'; readonly text: string }
  | { readonly type: 'email'; readonly local: string | undefined; readonly host: string }
  /** The host of a URI; undefined if a name has none. */
  | { readonly type: 'uri'; readonly host: string | undefined }
  | { readonly type: 'ip'; readonly octets: Uint8Array }
  | { readonly type: 'directory'; readonly rdns: readonly string[] };

type ReadName = Comparable & { readonly name: GeneralName };

function violation(
  read: ReadName,
  permitted: readonly ReadName[],
  excluded: readonly ReadName[],
): ConstraintViolation | undefined {
  const { name, words } = read;
  const allowed = permitted.filter(base => base.type === read.type);
  // §4.2.1.10: a URI fails any URI constraint if its URI authority is absent or an IP address
  if (read.type === 'uri' && read.host === undefined) {
    const subtrees = [...allowed, ...excluded.filter(base => base.type === 'uri')].map(base => base.name);
    const problem = `${words} has no host name to compare with a URI constraint`;
    return subtrees.length === 0 ? undefined : { rule: 'name-not-permitted', name, subtrees, problem };
  }
  const barrier = excluded.find(base => touches(read, base));
  if (barrier !== undefined) {
    const problem = `${words} is excluded by ${barrier.words}`;
    return { rule: 'name-excluded', name, subtrees: [barrier.name], problem };
  }
  if (allowed.length === 0 || allowed.some(base => holds(read, base))) return undefined;
  const some = allowed.slice(0, 3).map(base => base.words);
  const problem = `${words} is not within ${some.join(', ')}${allowed.length > 3 ? ', …' : ''}`;
  return { rule: 'name-not-permitted', name, subtrees: allowed.map(base => base.name), problem };
}

function comparisons(names: readonly Readable[], bases: readonly Readable[]): number {
  const count = (list: readonly Readable[], type: Readable['type']) => list.filter(n => n.type === type).length;
  return (['dns', 'email', 'uri', 'ip', 'directory'] as const).reduce(
    (sum, type) => sum + count(names, type) * count(bases, type),
    0,
  );
}

/** Decides that everything the name matches is within the subtree. */
function holds(name: Readable, base: Readable): boolean {
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

/** Decides that something the name matches is within the subtree. A wildcard matches every label in its place. */
function touches(name: Readable, base: Readable): boolean {
  if (holds(name, base)) return true;
  if (name.type !== 'dns' || base.type !== 'dns' || !name.text.startsWith('*.')) return false;
  const parent = name.text.slice(1);
  return base.text.endsWith(parent) && !base.text.slice(0, -parent.length).includes('.');
}

/**
 * Compares hosts of URIs and mailboxes (RFC 5280 §4.2.1.10). A base with a leading dot holds only names below it; an empty base
 * holds all.
 */
function hostInSubtree(host: string, base: string): boolean {
  if (base === '') return true;
  return base.startsWith('.') ? host.endsWith(base) && host.length > base.length : host === base;
}

/**
 * Decides that a DNS name is the base of a subtree or adds labels to its left (RFC 5280 §4.2.1.10). An empty base holds every
 * name. A base with a leading dot holds only names below it, as in OpenSSL.
 */
function dnsInSubtree(name: string, base: string): boolean {
  const [lowerName, lowerBase] = [name.toLowerCase(), base.toLowerCase()];
  if (lowerBase === '') return true;
  if (lowerBase.startsWith('.')) return lowerName.endsWith(lowerBase) && lowerName.length > lowerBase.length;
  return lowerName === lowerBase || lowerName.endsWith(`.${lowerBase}`);
}

/** Decides that an address is in a range. `base` is address and mask, 8 or 32 octets. */
function ipInSubtree(address: Uint8Array, base: Uint8Array): boolean {
  const size = address.length;
  if (base.length !== 2 * size) return false;
  for (let i = 0; i < size; i++) if ((address[i]! & base[size + i]!) !== (base[i]! & base[size + i]!)) return false;
  return true;
}

/** Decodes the bases of subtrees as far as possible. A malformed base, or one that cannot be compared with a name, is a fault. */
function readBases(
  bases: readonly GeneralName[],
  names: readonly GeneralName[],
  faults: (ConstraintViolation | ConstraintFault)[],
): readonly ReadName[] {
  const read: ReadName[] = [];
  for (const base of bases) {
    const { base: found, fault } = readBase(base);
    if (fault !== undefined) faults.push({ rule: 'name-constraint-malformed', problem: fault });
    if (found !== undefined) read.push({ ...found, name: base });
    const name = names.find(each => (found === undefined && sameForm(each, base)) || isOtherMailbox(each, base));
    if (name !== undefined) {
      const problem = `there is a constraint on names of the form ${formOf(base)}, which cannot be compared`;
      faults.push({ rule: 'name-form-unsupported', name, subtrees: [base], problem });
    }
  }
  return read;
}

const SMTP_UTF8_MAILBOX = Buffer.from(oid(OID.smtpUtf8Mailbox));

/** Recognises a mailbox outside ASCII, which svcauth does not read. Constraints on mailboxes apply to it too (RFC 9598 §6). */
const isOtherMailbox = (name: GeneralName, base: GeneralName): boolean =>
  base.type === 'email' && name.type === 'other' && Buffer.from(name.der).includes(SMTP_UTF8_MAILBOX);

const formOf = (name: GeneralName): string => (name.type === 'other' ? `[${name.tag & 0x1f}]` : name.type);

const sameForm = (a: GeneralName, b: GeneralName): boolean => formOf(a) === formOf(b);

/** Decodes a name; undefined for forms that are not compared, and the problem as a string for a malformed name. */
function readName(name: GeneralName): Comparable | string | undefined {
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
      if (name.octets.length !== 4 && name.octets.length !== 16)
        return `an IP address has ${name.octets.length} octets`;
      return { type: 'ip', octets: name.octets, words: addressWords(name.octets) };
    case 'directory':
      return { type: 'directory', rdns: canonicalRdns(name.name), words: nameToString(name.name) };
    case 'registeredId':
    case 'other':
      return undefined;
  }
}

/** Decodes the base of a subtree; nothing for forms that are not compared. A base with a `fault` can still be compared. */
function readBase(base: GeneralName): { readonly base?: Comparable; readonly fault?: string | undefined } {
  switch (base.type) {
    case 'dns': {
      const { value } = base;
      // an empty base holds every name; a leading dot is only for URIs
      const isName = value === '' || (dnsNameFault(value) === undefined && !value.startsWith('*'));
      const fault = isName ? undefined : `the DNS constraint ${JSON.stringify(value)} is not a DNS name`;
      return { base: { type: 'dns', text: value.toLowerCase(), words: `"${value}"` }, fault };
    }
    case 'email': {
      const { value } = base;
      const mailbox = readMailbox(value);
      if (mailbox !== undefined) return { base: mailbox };
      const kind = value.includes('@') ? 'mailbox' : 'host';
      const fault = isHostBase(value) ? undefined : `the mailbox constraint ${JSON.stringify(value)} is not a ${kind}`;
      return { base: { type: 'email', local: undefined, ...hostWords(value) }, fault };
    }
    case 'uri': {
      const { value } = base;
      const fault = isHostBase(value) ? undefined : `the URI constraint ${JSON.stringify(value)} is not a host`;
      return { base: { type: 'uri', ...hostWords(value) }, fault };
    }
    case 'ip': {
      const { octets } = base;
      const words = `${addressWords(octets.subarray(0, octets.length / 2))}/…`;
      const fault = isAddressBlock(octets) ? undefined : 'an IP constraint is not an address with a mask';
      return { base: { type: 'ip', octets, words }, fault };
    }
    case 'directory':
      return { base: { type: 'directory', rdns: canonicalRdns(base.name), words: `"${nameToString(base.name)}"` } };
    case 'registeredId':
    case 'other':
      return {};
  }
}

const hostWords = (value: string) => ({ host: value.toLowerCase(), words: `"${value}"` });

const addressWords = (octets: Uint8Array): string => `address ${Buffer.from(octets).toString('hex')}`;

const isHostBase = (text: string): boolean =>
  text === '' || dnsNameFault(text.startsWith('.') ? text.slice(1) : text) === undefined;

/** Reads Local-Part@Domain and nothing more (RFC 5280 §4.2.1.6, RFC 5321 §4.1.2). It folds the case of the domain only (§7.5). */
function readMailbox(text: string): Comparable | undefined {
  const parts = text.split('@');
  if (parts.length !== 2 || !/^[\x21-\x7e]+$/.test(parts[0]!) || dnsNameFault(parts[1]!) !== undefined)
    return undefined;
  return { type: 'email', local: parts[0]!, host: parts[1]!.toLowerCase(), words: text };
}

/** The pattern of a URI with a host: scheme, user information, host, port (RFC 3986 §3.1, §3.2). */
const URI_HOST = /^[a-z][a-z0-9+.-]*:\/\/(?:[a-z0-9._~!$&'()*+,;=:%-]*@)?([^/?#:@]+)(?::[0-9]*)?(?:[/?#]|$)/i;

/** Returns the host name of a URI in lower case (RFC 3986 §3.2.2); undefined for no host or an IP address. */
function uriHost(uri: string): string | undefined {
  const host = URI_HOST.exec(uri)?.[1]?.toLowerCase();
  return host === undefined ||
    readIpAddress(host) !== undefined ||
    dnsNameFault(host.replaceAll('_', '-')) !== undefined
    ? undefined
    : host;
}

/** Recognises an address and a prefix mask of one family (RFC 5280 §4.2.1.10, RFC 4632 §3.1). */
function isAddressBlock(octets: Uint8Array): boolean {
  if (octets.length !== 8 && octets.length !== 32) return false;
  const bits = [...octets.subarray(octets.length / 2)].map(octet => octet.toString(2).padStart(8, '0')).join('');
  return /^1*0*$/.test(bits);
}
