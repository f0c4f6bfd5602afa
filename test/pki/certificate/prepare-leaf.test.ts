import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bitString, sequence } from '../../../src/pki/der/writer.ts';
import { findExtension } from '../../../src/pki/extension/extension.ts';
import type { Cleared } from '../../../src/pki/certificate/issuer.ts';
import { leafDifference } from '../../../src/pki/certificate/leaf-difference.ts';
import { lintCertificate } from '../../../src/pki/lint/lint.ts';
import { OID } from '../../../src/pki/oids.ts';
import { decodeCertificate } from '../../../src/pki/certificate/parsed.ts';
import { decodePublicKeyInfo } from '../../../src/pki/key/public-key-info.ts';
import { DerReader } from '../../../src/pki/der/reader.ts';
import { leafPreparer, type LeafRequest } from '../../../src/pki/certificate/prepare-leaf.ts';
import { ISSUING, LEAF_PUBLIC_KEY } from '../../support/pki/planted-certificate.ts';

const { bits } = decodePublicKeyInfo(new DerReader(LEAF_PUBLIC_KEY));
const REQUEST: LeafRequest = {
  profile: 'svid',
  commonName: 'payments',
  spiffeId: 'spiffe://example.org/payments',
  dns: ['payments.example.org', 'localhost'],
  ip: [Uint8Array.of(127, 0, 0, 1)],
  keyKind: 'ec',
  publicKeyDer: LEAF_PUBLIC_KEY,
  publicKeyBits: bits,
  serial: new Uint8Array(16).fill(0x5a),
  notBefore: new Date('2026-03-01T00:00:00Z'),
  notAfter: new Date('2026-03-31T00:00:00Z'),
};

function certificateOf(request: LeafRequest, crlUrl?: string): Uint8Array {
  const tbs = leafPreparer(ISSUING, crlUrl)(request);
  return sequence(tbs, ISSUING.algorithm.signatureAlgorithmDer, bitString(ISSUING.sign(tbs as Cleared)));
}

describe('a prepared leaf', () => {
  test('has the intended fields for an independent implementation', () => {
    const read = new X509Certificate(certificateOf(REQUEST));
    expect(read).toMatchObject({
      subject: 'CN=payments',
      serialNumber: '5A'.repeat(16),
      subjectAltName:
        'URI:spiffe://example.org/payments, DNS:payments.example.org, DNS:localhost, IP Address:127.0.0.1',
      validTo: 'Mar 31 00:00:00 2026 GMT',
      ca: false,
    });
  });

  test.each(['svid', 'server', 'client'] as const)('of the profile %s breaks no rule', profile => {
    const tbs = leafPreparer(ISSUING, 'http://pki.example.org/crl/issuing-g1.der')({ ...REQUEST, profile });
    expect(lintCertificate(tbs, { kind: profile, issuer: ISSUING })).not.toHaveProperty('findings');
  });

  test('has a critical subjectAltName only if its subject is empty (RFC 5280 §4.2.1.6)', () => {
    for (const [commonName, critical] of [
      ['', true],
      ['payments', false],
    ] as const) {
      const { tbs } = decodeCertificate(certificateOf({ ...REQUEST, commonName }));
      expect(findExtension(tbs.extensions, OID.subjectAltName)!.critical).toBe(critical);
    }
  });

  test('has a CRL distribution point only with a CRL address', () => {
    const points = (crlUrl?: string) => {
      const { tbs } = decodeCertificate(certificateOf(REQUEST, crlUrl));
      return findExtension(tbs.extensions, OID.cRLDistributionPoints);
    };
    expect(points()).toBeUndefined();
    expect(points('http://pki.example.org/a.der')).toMatchObject({ critical: false });
  });
});

describe('a signed leaf, decoded again', () => {
  const read = decodeCertificate(certificateOf(REQUEST));

  test('is equal to its request', () => expect(leafDifference(read, REQUEST)).toBeUndefined());

  test.each<[string, Partial<LeafRequest>, string]>([
    ['serial', { serial: new Uint8Array(16).fill(0x5b) }, 'the serial number differs'],
    ['notBefore', { notBefore: new Date('2026-03-01T00:00:01Z') }, 'another notBefore'],
    ['notAfter', { notAfter: new Date('2026-03-31T00:00:01Z') }, 'another notAfter'],
    ['key', { publicKeyDer: ISSUING.publicKeyDer }, 'the public key differs'],
    ['commonName', { commonName: 'ledger' }, 'another commonName'],
    ['missing commonName', { commonName: '' }, 'another commonName'],
    ['SPIFFE ID', { spiffeId: 'spiffe://example.org/ledger' }, 'name 1 differs'],
    ['DNS name', { dns: ['payments.example.org', 'localhos'] }, 'name 3 differs'],
    ['order of names', { dns: ['localhost', 'payments.example.org'] }, 'name 2 differs'],
    ['number of names', { dns: ['payments.example.org'] }, 'the number of names differs'],
    ['address', { ip: [Uint8Array.of(127, 0, 0, 2)] }, 'name 4 differs'],
  ])('differs from a leaf with another %s', (_, changes, difference) => {
    expect(leafDifference(read, { ...REQUEST, ...changes })).toBe(difference);
  });

  test('differs from its request if it has no names', () => {
    const bare = { ...read, tbs: { ...read.tbs, extensions: [] } };
    expect(leafDifference(bare, REQUEST)).toBe('no subjectAltName');
  });

  test('is equal to any request', () => {
    const label = fc.stringMatching(/^[a-z0-9]{1,12}$/);
    const request = fc.record({
      profile: fc.constantFrom('svid' as const, 'server' as const, 'client' as const),
      commonName: label,
      spiffeId: label.map(path => `spiffe://example.org/${path}`),
      dns: fc.uniqueArray(
        label.map(name => `${name}.example.org`),
        { maxLength: 5 },
      ),
      ip: fc.array(fc.oneof(...[4, 16].map(length => fc.uint8Array({ minLength: length, maxLength: length }))), {
        maxLength: 3,
      }),
      serial: fc.uint8Array({ minLength: 16, maxLength: 16 }).map(octets => octets.with(0, 0x41)),
      notBefore: fc.integer({ min: 0, max: 4_000_000_000 }).map(seconds => new Date(seconds * 1000)),
      notAfter: fc.integer({ min: 0, max: 4_000_000_000 }).map(seconds => new Date(seconds * 1000)),
    });
    fc.assert(
      fc.property(request, fields => {
        const asked: LeafRequest = { ...fields, keyKind: 'ec', publicKeyDer: LEAF_PUBLIC_KEY, publicKeyBits: bits };
        expect(leafDifference(decodeCertificate(certificateOf(asked)), asked)).toBeUndefined();
      }),
    );
  });
});
