import { failure } from '../../errors/error.ts';
import { dnsNameFault } from '../../pki/name/dns-name.ts';
import { isSpiffeId } from '../../pki/name/spiffe-id.ts';
import { matchesGlob, matches } from '../../text/glob.ts';

declare const brand: unique symbol;

/** DNS names; `*` stands for any run of characters inside a label. Made by `parseDnsPattern` only. */
export type DnsPattern = string & { readonly [brand]: 'DNS pattern' };

/** SPIFFE paths; `*` as above, inside a segment, and `**` for one whole segment or more. Made by `parsePathPattern` only. */
export type PathPattern = string & { readonly [brand]: 'path pattern' };

/** Throws ERR_PATTERN. */
export function parseDnsPattern(text: string): DnsPattern {
  const fault = dnsNameFault(text.replaceAll('*', 'x'));
  if (fault !== undefined) throw failure('ERR_PATTERN', { text, reason: fault.reason });
  return text.toLowerCase() as DnsPattern;
}

/** Throws ERR_PATTERN. */
export function parsePathPattern(text: string): PathPattern {
  const bad = (reason: string) =>
    failure('ERR_PATTERN', { text, reason, hint: 'write one like /**, /ns/prod/* or /web' });
  if (!text.startsWith('/')) throw bad('a path starts with a slash');
  if (!text.split('/').every(segment => segment === '**' || !segment.includes('**'))) {
    throw bad('"**" must be a whole segment');
  }
  if (!isSpiffeId(`spiffe://td${text.replaceAll('*', 'x')}`)) throw bad('it cannot match a SPIFFE path');
  return text as PathPattern;
}

export function matchesDns(pattern: DnsPattern, name: string): boolean {
  const [wanted, labels] = [pattern.split('.'), name.split('.')];
  return wanted.length === labels.length && wanted.every((glob, index) => matchesGlob(glob, labels[index]!));
}

export function matchesPath(pattern: PathPattern, path: string): boolean {
  // `**` is a segment, and then any number of them
  const wanted = pattern.split('/').flatMap(segment => (segment === '**' ? ['*', '**'] : [segment]));
  return matches(wanted, path.split('/'), '**', matchesGlob);
}
