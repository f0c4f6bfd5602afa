import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { decodeBasicConstraints } from '../../../src/pki/extension/basic-constraints.ts';
import { bitString, sequence } from '../../../src/pki/der/writer.ts';
import { DerReader } from '../../../src/pki/der/reader.ts';
import { findExtension } from '../../../src/pki/extension/extension.ts';
import { issuerFactsOf } from '../../../src/pki/certificate/issuer-facts.ts';
import type { Cleared } from '../../../src/pki/certificate/issuer.ts';
import { KEY_ALGORITHMS } from '../../../src/pki/key/algorithm.ts';
import { lintCertificate } from '../../../src/pki/lint/lint.ts';
import { nameToString } from '../../../src/pki/name/name.ts';
import { OID } from '../../../src/pki/oids.ts';
import { decodeTbsCertificate } from '../../../src/pki/certificate/parsed.ts';
import {
  authoritySubject,
  prepareAuthority,
  type AuthorityRequest,
} from '../../../src/pki/certificate/prepare-authority.ts';
import { decodePublicKeyInfo } from '../../../src/pki/key/public-key-info.ts';
import { dns } from '../../support/pki/certificate-defects.ts';
import { LEAF_PUBLIC_KEY, readName, ROOT } from '../../support/pki/planted-certificate.ts';

const algorithm = KEY_ALGORITHMS['ecdsa-p256'];
const bitsOf = (der: Uint8Array) => decodePublicKeyInfo(new DerReader(der)).bits;

const request = (changes: Partial<AuthorityRequest> = {}): AuthorityRequest => ({
  tier: 'issuing',
  subjectDer: authoritySubject('Acme', 'example.org', 'issuing', 2),
  trustDomain: 'example.org',
  publicKeyDer: LEAF_PUBLIC_KEY,
  publicKeyBits: bitsOf(LEAF_PUBLIC_KEY),
  serial: new Uint8Array(16).fill(0x5a),
  notBefore: new Date('2026-03-01T00:00:00Z'),
  notAfter: new Date('2026-12-31T00:00:00Z'),
  ...changes,
});

const rootRequest = (): AuthorityRequest =>
  request({ tier: 'root', publicKeyDer: ROOT.publicKeyDer, publicKeyBits: bitsOf(ROOT.publicKeyDer) });

describe('the subject of a CA', () => {
  test('differs for every tier and generation', () => {
    const text = (...[tier, generation]: ['root' | 'issuing', number]) =>
      nameToString(readName(authoritySubject('Acme', 'example.org', tier, generation)));
    expect(text('root', 1)).toBe('CN=Acme Root g1,O=example.org');
    expect(text('issuing', 12)).toBe('CN=Acme Issuing g12,O=example.org');
  });

  test('omits a trust domain that is too long for organizationName', () => {
    const long = 'a'.repeat(65);
    expect(nameToString(readName(authoritySubject('Acme', long, 'root', 1)))).toBe('CN=Acme Root g1');
  });
});

describe('a prepared issuing CA', () => {
  const tbsDer = prepareAuthority(request(), ROOT);

  test('breaks no rule below its root', () => {
    expect(lintCertificate(tbsDer, { kind: 'issuing', issuer: ROOT })).not.toHaveProperty('findings');
  });

  test('has path length 0, also for an independent implementation', () => {
    const { extensions } = decodeTbsCertificate(tbsDer);
    expect(decodeBasicConstraints(findExtension(extensions, OID.basicConstraints)!.value)).toEqual({
      ca: true,
      pathLength: 0,
    });
    const signature = bitString(ROOT.sign(tbsDer as Cleared));
    const read = new X509Certificate(sequence(tbsDer, algorithm.signatureAlgorithmDer, signature));
    expect(read).toMatchObject({ ca: true, subjectAltName: 'URI:spiffe://example.org' });
  });

  test('has exactly the requested names and CRL address', () => {
    const has = (der: Uint8Array, oid: string) =>
      findExtension(decodeTbsCertificate(der).extensions, oid) !== undefined;
    const constrained = prepareAuthority(
      request({ nameConstraints: { permitted: [dns('example.org')], excluded: [] }, crlUrl: 'http://a.org/r.der' }),
      ROOT,
    );
    expect(lintCertificate(constrained, { kind: 'issuing', issuer: ROOT })).not.toHaveProperty('findings');
    for (const oid of [OID.nameConstraints, OID.cRLDistributionPoints]) {
      expect([has(constrained, oid), has(tbsDer, oid)]).toEqual([true, false]);
    }
  });
});

describe('a prepared root', () => {
  const tbsDer = prepareAuthority(rootRequest(), { algorithm });
  const tbs = decodeTbsCertificate(tbsDer);

  test('has an issuer equal to its subject, and breaks no rule', () => {
    expect(tbs.issuer.der).toEqual(tbs.subject.der);
    const issuer = issuerFactsOf({ tbs }, algorithm);
    expect(lintCertificate(tbsDer, { kind: 'root', issuer })).not.toHaveProperty('findings');
  });

  test('has no path length, because a limited root cannot be rotated (field notes T20)', () => {
    const { value } = findExtension(tbs.extensions, OID.basicConstraints)!;
    expect(decodeBasicConstraints(value)).toEqual({ ca: true });
  });
});

describe('the facts of an issuer', () => {
  test('are those of its certificate', () => {
    const { extensions, ...rest } = decodeTbsCertificate(
      prepareAuthority(request({ nameConstraints: { permitted: [dns('example.org')], excluded: [] } }), ROOT),
    );
    const facts = issuerFactsOf({ tbs: { extensions, ...rest } }, algorithm);
    expect(facts).toMatchObject({
      pathLength: 0,
      publicKeyDer: LEAF_PUBLIC_KEY,
      notAfter: new Date('2026-12-31T00:00:00Z'),
      nameConstraints: { permitted: [dns('example.org')], excluded: [] },
    });
    // a CA of others may have no identifier: it is then computed from its key (RFC 5280 §4.2.1.2 (1))
    const bare = issuerFactsOf({ tbs: { extensions: [], ...rest } }, algorithm);
    expect(bare.keyIdentifier).toEqual(facts.keyIdentifier);
    expect(bare).not.toHaveProperty('pathLength');
    expect(bare).not.toHaveProperty('nameConstraints');
  });
});
