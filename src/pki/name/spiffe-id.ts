// Decides which texts are SPIFFE IDs and trust domains in the canonical form that svcauth issues.
// Options, services files, policies, bundles, requests, lint and svcauth/node call it.
// It never corrects an ID to be issued: it refuses every other form.
import { failure } from '../../errors/error.ts';

/** A trust domain in the form of SPIFFE-ID: lower case, at most 255 bytes. Only `parseTrustDomain` makes it. */
export type TrustDomain = string & { readonly [brand]: 'trust domain' };

/** A SPIFFE ID in canonical form. Only `parseSpiffeId` and `spiffeIdOf` make it. */
export interface SpiffeId {
  readonly trustDomain: TrustDomain;
  /** Empty for the ID of a trust domain, else `/` and segments. */
  readonly path: string;
  /** The complete ID for a URI SAN: ASCII, at most 2048 bytes. */
  readonly uri: string;
  readonly [brand]: 'SPIFFE ID';
}

declare const brand: unique symbol;

interface Fault {
  readonly reason: string;
  readonly hint?: string;
}

const SCHEME = 'spiffe://';
const MAX_TRUST_DOMAIN_BYTES = 255; // SPIFFE-ID §2.3
const MAX_ID_BYTES = 2048; // SPIFFE-ID §2.3
const TRUST_DOMAIN_CHARACTERS = 'lower-case letters, digits, dots, dashes and underscores'; // SPIFFE-ID §2.1
const PATH_CHARACTERS = 'letters, digits, dots, dashes and underscores'; // SPIFFE-ID §2.2

/**
 * Parses an ID to be issued. SPIFFE-ID §2.4 lets readers fold case, but an issuer must not, so upper case in the scheme or in the
 * trust domain is refused. Throws ERR_SPIFFE_ID.
 */
export function parseSpiffeId(text: string): SpiffeId {
  const fault = spiffeIdFault(text);
  if (fault !== undefined) throw failure('ERR_SPIFFE_ID', { text, ...fault });
  const [trustDomain, path] = splitAuthority(text);
  return { trustDomain: trustDomain as TrustDomain, path, uri: text } as SpiffeId;
}

/** Decides that `text` is a SPIFFE ID in canonical form. */
export function isSpiffeId(text: string): boolean {
  return spiffeIdFault(text) === undefined;
}

/** Converts scheme and trust domain to lower case, as readers may (SPIFFE-ID §2.4). For lookups only. */
export const foldSpiffeId = (text: string): string => text.replace(/^spiffe:\/\/[^/]*/i, start => start.toLowerCase());

/** Parses the name of a trust domain, such as `example.org`. Throws ERR_TRUST_DOMAIN. */
export function parseTrustDomain(text: string): TrustDomain {
  if (/^[a-z]+:\/\//i.test(text)) {
    const bare = /^[a-z]+:\/\/([\x21-\x2e\x30-\x7e]+)(?:\/|$)/i.exec(text)?.[1]?.toLowerCase();
    const good = bare !== undefined && trustDomainFault(bare) === undefined;
    const hint = good ? `write: ${bare}` : 'write the name alone: example.org';
    throw failure('ERR_TRUST_DOMAIN', { text, reason: 'a trust domain has no scheme and no path', hint });
  }
  const fault = trustDomainFault(text);
  if (fault !== undefined) throw failure('ERR_TRUST_DOMAIN', { text, ...fault });
  return text as TrustDomain;
}

/** Composes the ID of a trust domain and a path. `path` is empty or begins with a slash. Throws ERR_SPIFFE_ID. */
export function spiffeIdOf(trustDomain: TrustDomain, path: string): SpiffeId {
  return parseSpiffeId(`${SCHEME}${trustDomain}${path}`);
}

function splitAuthority(id: string): [authority: string, path: string] {
  const slash = id.indexOf('/', SCHEME.length);
  return slash < 0 ? [id.slice(SCHEME.length), ''] : [id.slice(SCHEME.length, slash), id.slice(slash)];
}

function spiffeIdFault(text: string): Fault | undefined {
  if (text === '') return { reason: 'it is empty', hint: 'write: spiffe://example.org/service' };
  if (!text.startsWith(SCHEME)) {
    if (text.toLowerCase().startsWith(SCHEME)) return { reason: `the scheme ${SCHEME} must be in lower case` };
    return { reason: `it does not start with ${SCHEME}`, hint: 'write: spiffe://example.org/service' };
  }
  // each character is at least a byte; the later checks accept only ASCII, where both lengths are equal
  if (text.length > MAX_ID_BYTES) return { reason: `it is longer than ${MAX_ID_BYTES} bytes` };
  const [trustDomain, path] = splitAuthority(text);
  const fault = trustDomainFault(trustDomain);
  // without the hint, which is about a trust domain and not an ID
  if (fault !== undefined) return { reason: fault.reason };
  return pathFault(path);
}

function trustDomainFault(text: string): Fault | undefined {
  if (text === '') return { reason: 'the trust domain is empty' };
  if (/^[a-z0-9._-]*$/.test(text)) {
    if (text.length <= MAX_TRUST_DOMAIN_BYTES) return undefined;
    return { reason: `the trust domain is longer than ${MAX_TRUST_DOMAIN_BYTES} bytes` };
  }
  const reason = authorityFault(text) ?? `a trust domain can have only ${TRUST_DOMAIN_CHARACTERS}`;
  const lower = text.toLowerCase();
  return /^[a-z0-9._-]*$/.test(lower) && /^[\x20-\x7e]*$/.test(text)
    ? { reason: 'a trust domain must be in lower case', hint: `write: ${lower}` }
    : { reason };
}

/** Names the first part of a URI that a SPIFFE ID cannot have (SPIFFE-ID §2), so the operator can remove it. */
function authorityFault(text: string): string | undefined {
  if (text.includes('@')) return 'it cannot have a user';
  if (text.includes(':')) return 'it cannot have a port or an IPv6 address';
  if (text.includes('?')) return 'it cannot have a query';
  if (text.includes('#')) return 'it cannot have a fragment';
  if (text.includes('%')) return 'it cannot have percent-encoding';
  return undefined;
}

function pathFault(path: string): Fault | undefined {
  if (path === '') return undefined;
  if (path === '/' || path.endsWith('/')) return { reason: 'its path ends with a slash' };
  for (const segment of path.slice(1).split('/')) {
    if (segment === '') return { reason: 'its path has an empty segment' };
    if (segment === '.' || segment === '..') return { reason: `its path has the segment "${segment}"` };
    if (/^[a-zA-Z0-9._-]*$/.test(segment)) continue;
    return { reason: authorityFault(segment) ?? `path segments can have only ${PATH_CHARACTERS}` };
  }
  return undefined;
}
