import { failure } from '../errors.ts';
import { dnsNameFault } from './dns-name.ts';

/**
 * The base of a DNS name constraint: the name and everything below it (RFC 5280 §4.2.1.10). A leading dot, which some tools
 * write, is taken away: verifiers disagree on it. Throws ERR_NAME_SUBTREE.
 */
export function parseDnsSubtree(text: string): string {
  return parseHost(text.startsWith('.') ? text.slice(1) : text, text);
}

/**
 * The host of a URI name constraint, bare: with a leading dot it stands for the names below it only, and the ids of the trust
 * domain itself are refused (tried on OpenSSL). Throws ERR_NAME_SUBTREE.
 */
export function parseUriHost(text: string): string {
  const hint = 'write the bare trust domain, like example.org';
  if (text.includes('/') || text.includes(':')) {
    throw failure('ERR_NAME_SUBTREE', { text, reason: 'a URI constraint is a host without scheme and path', hint });
  }
  if (text.startsWith('.')) {
    throw failure('ERR_NAME_SUBTREE', { text, reason: 'with a leading dot it excludes the trust domain itself', hint });
  }
  return parseHost(text, text);
}

function parseHost(host: string, text: string): string {
  const fault = host.includes('*') ? { reason: 'it stands for all names below it: no "*"' } : dnsNameFault(host);
  if (fault !== undefined) throw failure('ERR_NAME_SUBTREE', { text, ...fault });
  return host.toLowerCase();
}
