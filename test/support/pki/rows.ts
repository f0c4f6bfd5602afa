import type { Authority } from '../../../src/record/authority.ts';
import type { Certificate } from '../../../src/record/certificate.ts';
import type { Crl } from '../../../src/record/crl.ts';
import type { Service, ServiceRow } from '../../../src/record/service.ts';
import type { AuthorityRow } from '../../../src/ca/rules/status.ts';

/** Rows of a manifest without faults, made in November 2026. A test states only differences. */

export const at = (text: string): Date => new Date(text.length === 10 ? `${text}T00:00:00Z` : text);

export const certificateRow = (changes: Partial<Certificate> = {}): Certificate => ({
  serial: '4f1a2b3c4d5e6f708192a3b4c5d6e7f8',
  authorityId: 'issuing-g1',
  service: 'payments',
  state: 'current',
  spiffeId: 'spiffe://example.org/payments',
  notBefore: at('2026-11-01'),
  notAfter: at('2026-12-01'),
  tbsSha256: '00'.repeat(32),
  der: new Uint8Array([0x30, 0]),
  keySource: 'generated',
  issuedAt: at('2026-11-01'),
  ...changes,
});

export function serviceRow(certificate?: Partial<Certificate>, changes: Partial<ServiceRow> = {}): ServiceRow {
  const name = certificate?.service ?? 'payments';
  const service: Service = {
    name,
    spec: {
      spiffeId: `spiffe://example.org/${name}`,
      profile: 'svid',
      dns: [],
      ip: [],
      ttl: 30 * 86_400,
      keyAlgorithm: 'ecdsa-p256',
      tags: {},
    },
  };
  return { service, ...(certificate && { certificate: certificateRow(certificate) }), ...changes };
}

export const crlRow = (changes: Partial<Crl> = {}): Crl => ({
  authorityId: 'issuing-g1',
  number: 1_795_219_200n,
  thisUpdate: at('2026-11-20'),
  nextUpdate: at('2026-12-04'),
  entryCount: 0,
  sha256: '11'.repeat(32),
  ...changes,
});

/** `null` for a CA without a certificate. */
export function authorityRow(changes: Partial<Authority> = {}, crl: Crl | null = crlRow()): AuthorityRow {
  const authority: Authority = {
    id: 'issuing-g1',
    tier: 'issuing',
    generation: 1,
    state: 'active',
    keyAlgorithm: 'ecdsa-p256',
    keyLocation: 'file',
    certificate: {
      der: new Uint8Array([0x30, 0]),
      serial: '22'.repeat(16),
      issuerId: 'root-g1',
      notBefore: at('2026-11-01'),
      notAfter: at('2027-11-01'),
    },
    createdAt: at('2026-11-01'),
    ...changes,
  };
  return { authority, ...(crl && { crl }) };
}
