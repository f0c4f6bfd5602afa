import type { Authority } from '../../../src/record/authority.ts';
import type { Certificate } from '../../../src/record/certificate.ts';
import type { ServiceSpec } from '../../../src/record/service.ts';
import { utf8 } from '../../../src/pki/bytes.ts';
import type { Manifest } from '../../../src/store/manifest/manifest.ts';
import { START } from '../world/world.ts';

/** Seconds after the start of every test. */
export const at = (seconds: number): Date => new Date(START.getTime() + seconds * 1000);

/** Makes the n-th serial: sixteen octets. */
export const serial = (n: number): string => `40${n.toString(16).padStart(30, '0')}`;

export const authority = (changes: Partial<Authority> = {}): Authority => ({
  id: 'issuing-g1',
  tier: 'issuing',
  generation: 1,
  state: 'active',
  keyAlgorithm: 'ecdsa-p256',
  keyLocation: 'file',
  createdAt: START,
  ...changes,
});

export const spec = (name: string): ServiceSpec => ({
  spiffeId: `spiffe://example.org/${name}`,
  profile: 'svid',
  dns: [`${name}.example.org`],
  ip: ['127.0.0.1'],
  ttl: 30 * 86400,
  keyAlgorithm: 'ecdsa-p256',
  tags: { team: 'a', env: 'prod' },
});

export const newService = (name: string) => ({ name, spec: spec(name) });

export const intent = (n: number, service: string, changes: Partial<Certificate> = {}): Certificate => ({
  serial: serial(n),
  authorityId: 'issuing-g1',
  service,
  state: 'intent',
  spiffeId: spec(service).spiffeId,
  notBefore: START,
  notAfter: at(30 * 86400),
  tbsSha256: n.toString(16).padStart(64, '0'),
  keySource: 'generated',
  issuedAt: START,
  ...changes,
});

/** Placeholder for a certificate: the store does not read it. */
export const der = (n: number): Uint8Array => utf8(`certificate ${n}`);

/** Issues the n-th certificate to a service that may be new. */
export function issue(manifest: Manifest, n: number, service: string, changes: Partial<Certificate> = {}): void {
  manifest.transaction(write => {
    if (manifest.service(service) === undefined) write.putServices([{ name: service, spec: spec(service) }]);
    write.insertIntents([intent(n, service, changes)]);
  });
  manifest.transaction(write => {
    write.completeCertificates([{ serial: serial(n), der: der(n) }]);
    write.audit('certificate.issued', service, { serial: serial(n) });
  });
}
