import type { KeyAlgorithmName } from '../pki/key/algorithm.ts';
import type { ProfileName } from '../pki/certificate/profile-name.ts';
import type { Upkeep } from './upkeep.ts';
import type { Certificate } from './certificate.ts';
import type { Deployment } from './deployment.ts';

/** What a service asked for, as decided once from flags or file; two equal specs give the same certificate but key and serial. */
export interface ServiceSpec {
  readonly spiffeId: string;
  readonly profile: ProfileName;
  readonly dns: readonly string[];
  readonly ip: readonly string[];
  /** Seconds. */
  readonly ttl: number;
  readonly keyAlgorithm: KeyAlgorithmName;
  readonly tags: Readonly<Record<string, string>>;
  /** Directory of its files when it is not the default one; absolute. */
  readonly out?: string;
}

export interface Service {
  readonly name: string;
  readonly spec: ServiceSpec;
  readonly upkeep?: Upkeep;
  /** The certificate its files should hold; absent before the first one. */
  readonly currentSerial?: string;
}
/** As the manifest has them. */
export interface ServiceRow {
  readonly service: Service;
  readonly certificate?: Certificate;
  readonly deployment?: Deployment;
}
