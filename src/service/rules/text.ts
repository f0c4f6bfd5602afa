import { failure } from '../../errors/error.ts';
import { parseDnsName } from '../../pki/name/dns-name.ts';
import { parseIpAddress } from '../../pki/name/ip-address.ts';
import { parseSpiffeId } from '../../pki/name/spiffe-id.ts';
import { parseDuration } from '../../time/duration.ts';
import { parseServiceName } from './name.ts';
import type { RequestedSpec } from './requested-spec.ts';
import { parseTags } from './tag.ts';
import { parseKeyAlgorithm } from '../../pki/key/algorithm.ts';
import { parseProfile } from '../../pki/certificate/profile-name.ts';

/** Flags that describe one service, as text. */
export interface ServiceText {
  readonly service: string;
  readonly id?: string;
  readonly dns: readonly string[];
  readonly ip: readonly string[];
  readonly ttl?: string;
  readonly profile?: string;
  readonly keyAlg?: string;
  readonly tag: readonly string[];
  readonly out?: string;
}

/** Parses every value. Throws the error of the first invalid one. */
export function requestedSpecFromText(text: ServiceText): RequestedSpec {
  if (text.out === '') throw failure('ERR_FLAG_VALUE', { flag: '--out', value: '', expected: 'a directory' });
  return {
    service: parseServiceName(text.service),
    dns: text.dns.map(parseDnsName),
    ip: text.ip.map(parseIpAddress),
    tags: parseTags(text.tag),
    ...(text.id !== undefined && { spiffeId: parseSpiffeId(text.id) }),
    ...(text.ttl !== undefined && { ttl: parseDuration(text.ttl) }),
    ...(text.profile !== undefined && { profile: parseProfile(text.profile) }),
    ...(text.keyAlg !== undefined && { keyAlgorithm: parseKeyAlgorithm(text.keyAlg) }),
    ...(text.out !== undefined && { out: text.out }),
  };
}
