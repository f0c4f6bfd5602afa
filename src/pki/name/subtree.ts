import { failure } from '../../errors/error.ts';
import { dnsNameFault } from './dns-name.ts';

/**
 * Parses the base of a DNS name constraint, which covers the name and everything below it (RFC 5280 §4.2.1.10). It removes a
 * leading dot, which some tools write, because verifiers disagree on its meaning. Throws ERR_DNS_SUFFIX.
 */
export function parseDnsSubtree(text: string): string {
  return parseHost('ERR_DNS_SUFFIX', text.startsWith('.') ? text.slice(1) : text, text);
}

/**
 * Parses the host of a URI name constraint, without a leading dot. With a leading dot, a constraint covers only names below the
 * host, and verifiers reject the IDs of the trust domain itself (tried on OpenSSL). Throws ERR_URI_HOST.
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
  const fault = host.includes('*') ? wildcardFault(code, host) : dnsNameFault(host);
  if (fault !== undefined) throw failure(code, { text, ...fault });
  return host.toLowerCase();
}

function wildcardFault(code: 'ERR_DNS_SUFFIX' | 'ERR_URI_HOST', host: string) {
  const bare = host.replace(/^\*\./, '');
  return {
    reason:
      code === 'ERR_DNS_SUFFIX' ? 'a suffix includes all names below it and cannot have "*"' : 'it cannot have "*"',
    ...(dnsNameFault(bare) === undefined && { hint: `write: ${bare}` }),
  };
}
