import { failure } from '../../errors/error.ts';
import { dnsNameFault } from './dns-name.ts';

/**
 * The base of a DNS name constraint: the name and everything below it (RFC 5280 §4.2.1.10). A leading dot, which some tools
 * write, is taken away: verifiers disagree on it. Throws ERR_DNS_SUFFIX.
 */
export function parseDnsSubtree(text: string): string {
  return parseHost('ERR_DNS_SUFFIX', text.startsWith('.') ? text.slice(1) : text, text);
}

/**
 * The host of a URI name constraint, bare: with a leading dot it stands for the names below it only, and the ids of the trust
 * domain itself are refused (tried on OpenSSL). Throws ERR_URI_HOST.
 */
export function parseUriHost(text: string): string {
  const hint = 'write the trust domain alone, like example.org';
  if (text.includes('/') || text.includes(':')) {
    throw failure('ERR_URI_HOST', { text, reason: 'a URI constraint is a host without scheme and path', hint });
  }
  if (text.startsWith('.')) {
    throw failure('ERR_URI_HOST', { text, reason: 'with a leading dot it excludes the trust domain itself', hint });
  }
  return parseHost('ERR_URI_HOST', text, text);
}

function parseHost(code: 'ERR_DNS_SUFFIX' | 'ERR_URI_HOST', host: string, text: string): string {
  const fault = host.includes('*') ? wildcardFault(host) : dnsNameFault(host);
  if (fault !== undefined) throw failure(code, { text, ...fault });
  return host.toLowerCase();
}

function wildcardFault(host: string) {
  const bare = host.replace(/^\*\./, '');
  return {
    reason: 'it stands for all names below it: no "*" in it',
    ...(dnsNameFault(bare) === undefined && { hint: `write: ${bare}` }),
  };
}
