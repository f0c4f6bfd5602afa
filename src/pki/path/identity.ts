import { equalBytes } from '../bytes.ts';
import { dnsNameFault } from '../name/dns-name.ts';
import type { GeneralName } from '../extension/general-name.ts';
import { readIpAddress } from '../name/ip-address.ts';
import type { PathCertificate } from './path-certificate.ts';
import { refusal, type Refusal } from './refusal.ts';

/** The identity that the target must have, as text. */
export type Identity = { readonly dns: string } | { readonly ip: string } | { readonly spiffe: string };

/** Looks for the identity in subjectAltName, never in the subject (RFC 9525 §6.1). */
export function identityRefusal({ extensions }: PathCertificate, identity: Identity): Refusal | undefined {
  const names = extensions.subjectAltName?.value;
  if (names === undefined) return refusal('identity-absent', 'it has no subjectAltName; the subject is not compared');
  if ('ip' in identity) {
    const octets = readIpAddress(identity.ip);
    const held = octets !== undefined && names.some(name => name.type === 'ip' && equalBytes(name.octets, octets));
    return held ? undefined : refusal('identity-differs', `it does not contain the IP address ${identity.ip}`);
  }
  if ('spiffe' in identity) {
    const ids = textNames(names, 'uri');
    if (ids.length === 1 && ids[0] === identity.spiffe) return undefined;
    return refusal('identity-differs', `it does not have ${identity.spiffe} as its only URI; URIs: ${words(ids)}`);
  }
  const wanted = identity.dns.toLowerCase();
  const patterns = textNames(names, 'dns');
  if (isHostName(wanted) && patterns.some(pattern => matchesHost(pattern, wanted))) return undefined;
  return refusal('identity-differs', `it does not contain the DNS name ${identity.dns}; DNS names: ${words(patterns)}`);
}

const textNames = (names: readonly GeneralName[], type: 'dns' | 'uri'): readonly string[] =>
  names.flatMap(name => (name.type === type ? [name.value] : []));

const words = (names: readonly string[]): string =>
  names.length === 0 ? 'none' : names.slice(0, 5).join(', ') + (names.length > 5 ? ', …' : '');

const isHostName = (text: string): boolean => dnsNameFault(text) === undefined && !text.startsWith('*');

/** Matches a host with a name; a wildcard is the whole first label and matches one label (RFC 9525 §6.3). */
function matchesHost(pattern: string, host: string): boolean {
  if (dnsNameFault(pattern) !== undefined) return false;
  const folded = pattern.toLowerCase();
  if (!folded.startsWith('*.')) return folded === host;
  return host.slice(host.indexOf('.')) === folded.slice(1);
}
