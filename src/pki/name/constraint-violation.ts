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
  /** Every permitted subtree of the name's type, or the one excluded subtree that holds it, or cannot be compared with it. */
  readonly subtrees: readonly GeneralName[];
  /** In words that name both. */
  readonly problem: string;
}

/** A constraint that is not written as the clause demands. */
interface ConstraintFault {
  readonly rule: 'name-constraint-malformed';
  readonly problem: string;
}

/** Names beside constraints, read and not yet compared. */
export interface NameComparison {
  /** What is wrong with them before any comparing, in the order in which they were read. */
  readonly faults: readonly (ConstraintViolation | ConstraintFault)[];
  /** How many steps reading and comparing takes. */
  readonly cost: number;
  /** Excluded wins; a type without permitted subtrees is free. */
  readonly violations: () => readonly ConstraintViolation[];
}

/** The names that no verifier would let through, each with the first thing that is against it. */
export function constraintViolations(
  constraints: NameConstraints,
  names: readonly GeneralName[],
): readonly ConstraintViolation[] {
  const { faults, violations } = compareNames(constraints, names);
  // how its issuer writes constraints is not the fault of a leaf: a leading dot is read as OpenSSL reads it
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
    // a form that nothing constrains, or that readBases has found
    else if (found !== undefined) read.push({ ...found, name });
  }
  const bases = [...permitted, ...excluded];
  return {
    faults,
    // reading them costs as well
    cost: names.length + constraints.permitted.length + constraints.excluded.length + comparisons(read, bases),
    violations: () => read.flatMap(name => violation(name, permitted, excluded) ?? []),
  };
}

/** A name or subtree base, read for comparing. */
type Comparable = Readable & {
  /** As it stands in a sentence. */
  readonly words: string;
};

type Readable =
  | { readonly type: 'dns'; readonly text: string }
  | { readonly type: 'email'; readonly local: string | undefined; readonly host: string }
  /** Of a name: the host, undefined where it has none. */
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
  // §4.2.1.10: a URI without an authority, or with an address in it, fails any URI constraint
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

/** Whether everything the name stands for lies in the subtree. */
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

/** Whether something the name stands for lies in the subtree: a wildcard stands for every label in its place. */
function touches(name: Readable, base: Readable): boolean {
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

/**
 * Whether a DNS name lies in a subtree: the base itself or anything that adds labels on its left (RFC 5280 §4.2.1.10).
 * An empty base holds every name. A leading dot in the base is read as OpenSSL reads it: only names below it.
 */
function dnsInSubtree(name: string, base: string): boolean {
  const [lowerName, lowerBase] = [name.toLowerCase(), base.toLowerCase()];
  if (lowerBase === '') return true;
  if (lowerBase.startsWith('.')) return lowerName.endsWith(lowerBase) && lowerName.length > lowerBase.length;
  return lowerName === lowerBase || lowerName.endsWith(`.${lowerBase}`);
}

/** `base` is address and mask, 8 or 32 octets. */
function ipInSubtree(address: Uint8Array, base: Uint8Array): boolean {
  const size = address.length;
  if (base.length !== 2 * size) return false;
  for (let i = 0; i < size; i++) if ((address[i]! & base[size + i]!) !== (base[i]! & base[size + i]!)) return false;
  return true;
}

/** The bases, each as far as it can be read; what is wrong with one, or keeps a name from being compared with it, is a fault. */
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

/** RFC 9598 §6: constraints on mailboxes hold for those outside ASCII too, which we do not read. */
const isOtherMailbox = (name: GeneralName, base: GeneralName): boolean =>
  base.type === 'email' && name.type === 'other' && Buffer.from(name.der).includes(SMTP_UTF8_MAILBOX);

const formOf = (name: GeneralName): string => (name.type === 'other' ? `[${name.tag & 0x1f}]` : name.type);

const sameForm = (a: GeneralName, b: GeneralName): boolean => formOf(a) === formOf(b);

/** Undefined for forms that are not compared; a string says what is wrong. */
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

/** Nothing for forms that are not compared; `fault`: how the clause is not followed, which does not keep others from reading it. */
function readBase(base: GeneralName): { readonly base?: Comparable; readonly fault?: string | undefined } {
  switch (base.type) {
    case 'dns': {
      const { value } = base;
      // an empty base holds every name; a leading dot is for URIs only
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

/** Local-Part@Domain, no more (RFC 5280 §4.2.1.6, RFC 5321 §4.1.2); only the domain is folded (§7.5). */
function readMailbox(text: string): Comparable | undefined {
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
