import type { DnsName } from '../../pki/name/dns-name.ts';
import type { IpAddress } from '../../pki/name/ip-address.ts';
import type { KeyAlgorithmName } from '../../pki/key/algorithm.ts';
import type { ProfileName } from '../../pki/certificate/profile-name.ts';
import type { SpiffeId } from '../../pki/name/spiffe-id.ts';
import type { Seconds } from '../../time/duration.ts';
import type { ServiceName } from './name.ts';

/** What somebody asks for one service, from flags or a list; every value already read, what is absent comes from the policy. */
export interface ServiceRequest {
  readonly service: ServiceName;
  readonly spiffeId?: SpiffeId;
  readonly dns: readonly DnsName[];
  readonly ip: readonly IpAddress[];
  readonly ttl?: Seconds;
  readonly profile?: ProfileName;
  readonly keyAlgorithm?: KeyAlgorithmName;
  readonly tags: Readonly<Record<string, string>>;
  /** As it was written: relative to the working directory, or absolute. */
  readonly out?: string;
}
