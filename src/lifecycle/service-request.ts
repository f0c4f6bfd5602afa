import type { KeyAlgorithmName } from '../pki/key-algorithm.ts';
import type { ProfileName } from '../pki/profile-name.ts';
import type { SpiffeId } from '../pki/spiffe-id.ts';
import type { Seconds } from './duration.ts';

/** What somebody asks for one service, from flags or a list; every value already read, what is absent comes from the policy. */
export interface ServiceRequest {
  readonly service: string;
  readonly spiffeId?: SpiffeId;
  readonly dns: readonly string[];
  /** In the canonical text of RFC 5952. */
  readonly ip: readonly string[];
  readonly ttl?: Seconds;
  readonly profile?: ProfileName;
  readonly keyAlgorithm?: KeyAlgorithmName;
  readonly tags: Readonly<Record<string, string>>;
  /** As it was written: relative to the working directory, or absolute. */
  readonly out?: string;
}
