import type { KeyAlgorithmName } from '../pki/key/algorithm.ts';
import type { ProfileName } from '../pki/certificate/profile-name.ts';
import type { Upkeep } from './upkeep.ts';
import type { Certificate } from './certificate.ts';
import type { Deployment } from './deployment.ts';

/** Request of a service, from flags or file. Equal specs give equal certificates, except for key and serial. */
export interface ServiceSpec {
  readonly spiffeId: string;
  readonly profile: ProfileName;
  readonly dns: readonly string[];
  readonly ip: readonly string[];
  /** Lifetime in seconds. */
  readonly ttl: number;
  readonly keyAlgorithm: KeyAlgorithmName;
  readonly tags: Readonly<Record<string, string>>;
  /** Absolute path of its directory, when it is not the default one. */
  readonly out?: string;
}

export interface Service {
  readonly name: string;
  readonly spec: ServiceSpec;
  readonly upkeep?: Upkeep;
  /** Serial of the certificate that its files should hold; absent before the first one. */
  readonly currentSerial?: string;
}
/** A service with its certificate and its deployment, as the manifest stores them. */
export interface ServiceRow {
  readonly service: Service;
  readonly certificate?: Certificate;
  readonly deployment?: Deployment;
}
