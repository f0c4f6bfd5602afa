import type { DnsName } from '../../pki/name/dns-name.ts';
import type { IpAddress } from '../../pki/name/ip-address.ts';
import type { KeyAlgorithmName } from '../../pki/key/algorithm.ts';
import type { ProfileName } from '../../pki/certificate/profile-name.ts';
import type { SpiffeId } from '../../pki/name/spiffe-id.ts';
import type { Seconds } from '../../time/duration.ts';
import type { ServiceName } from './name.ts';

/** Spec of one service as flags or a list request it, with all values parsed. An absent value comes from the policy. */
export interface RequestedSpec {
  readonly service: ServiceName;
  readonly spiffeId?: SpiffeId;
  readonly dns: readonly DnsName[];
  readonly ip: readonly IpAddress[];
  readonly ttl?: Seconds;
  readonly profile?: ProfileName;
  readonly keyAlgorithm?: KeyAlgorithmName;
  readonly tags: Readonly<Record<string, string>>;
  /** Directory of its files as it was written: relative to the working directory, or absolute. */
  readonly out?: string;
}
