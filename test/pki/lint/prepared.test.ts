import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DerReader } from '../../../src/pki/der/reader.ts';
import { issuerFactsOf } from '../../../src/pki/certificate/issuer-facts.ts';
import { KEY_ALGORITHMS } from '../../../src/pki/key/algorithm.ts';
import { lintCertificate } from '../../../src/pki/lint/lint.ts';
import { decodeTbsCertificate } from '../../../src/pki/certificate/parsed.ts';
import {
  authoritySubject,
  prepareAuthority,
  type AuthorityRequest,
} from '../../../src/pki/certificate/prepare-authority.ts';
import { leafPreparer, type LeafRequest } from '../../../src/pki/certificate/prepare-leaf.ts';
import { PROFILE_NAMES } from '../../../src/pki/certificate/profile-name.ts';
import { decodePublicKeyInfo } from '../../../src/pki/key/public-key-info.ts';
import { SERIAL_LENGTH, serialFromRandom } from '../../../src/pki/certificate/serial-number.ts';
import { ISSUING, LEAF_PUBLIC_KEY, ROOT } from '../../support/pki/planted-certificate.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const serial = bytes(SERIAL_LENGTH).map(serialFromRandom);
const word = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}[a-z0-9]$/);
// a last label of digits would look like an address, and "xn--" like an international name
const dnsName = fc
  .array(word, { minLength: 1, maxLength: 4 })
  .map(labels => [...labels.map(l => `h${l}`), 'org'].join('.'));
const second = (from: string, to: string) =>
  fc.date({ min: new Date(from), max: new Date(to), noInvalidDate: true }).map(date => {
    date.setUTCMilliseconds(0);
    return date;
  });
const publicKeyBits = (der: Uint8Array): Uint8Array => decodePublicKeyInfo(new DerReader(der)).bits;

const leafRequest: fc.Arbitrary<LeafRequest> = fc.record({
  profile: fc.constantFrom(...PROFILE_NAMES),
  commonName: fc.oneof(fc.constant(''), word),
  spiffeId: fc.array(word, { minLength: 1, maxLength: 3 }).map(path => `spiffe://example.org/${path.join('/')}`),
  dns: fc.uniqueArray(dnsName, { maxLength: 4 }),
  ip: fc.uniqueArray(fc.oneof(bytes(4), bytes(16)), { maxLength: 3, selector: octets => octets.join() }),
  keyKind: fc.constant('ec'),
  publicKeyDer: fc.constant(LEAF_PUBLIC_KEY),
  publicKeyBits: fc.constant(publicKeyBits(LEAF_PUBLIC_KEY)),
  serial,
  notBefore: second('2026-01-01T00:00:00Z', '2026-06-30T00:00:00Z'),
  notAfter: second('2026-07-01T00:00:00Z', '2027-01-01T00:00:00Z'),
});

test('every leaf that svcauth prepares passes', () => {
  fc.assert(
    fc.property(leafRequest, fc.option(dnsName, { nil: undefined }), (request, host) => {
      const tbsDer = leafPreparer(ISSUING, host && `http://${host}/issuing.crl`)(request);
      expect(lintCertificate(tbsDer, { kind: request.profile, issuer: ISSUING })).toHaveProperty('linted');
    }),
  );
});

test('every CA that svcauth prepares passes', () => {
  fc.assert(
    fc.property(serial, dnsName, fc.integer({ min: 1, max: 99 }), (serialNumber, trustDomain, generation) => {
      const request: AuthorityRequest = {
        tier: 'root',
        subjectDer: authoritySubject('Example', trustDomain, 'root', generation),
        trustDomain,
        publicKeyDer: ROOT.publicKeyDer,
        publicKeyBits: publicKeyBits(ROOT.publicKeyDer),
        serial: serialNumber,
        notBefore: ROOT.notBefore,
        notAfter: ROOT.notAfter,
      };
      const rootDer = prepareAuthority(request, { algorithm: KEY_ALGORITHMS['ecdsa-p256'] });
      const root = issuerFactsOf({ tbs: decodeTbsCertificate(rootDer) }, KEY_ALGORITHMS['ecdsa-p256']);
      expect(lintCertificate(rootDer, { kind: 'root', issuer: root })).toHaveProperty('linted');

      const issuing: AuthorityRequest = {
        ...request,
        tier: 'issuing',
        subjectDer: authoritySubject('Example', trustDomain, 'issuing', generation),
        publicKeyDer: ISSUING.publicKeyDer,
        publicKeyBits: publicKeyBits(ISSUING.publicKeyDer),
        nameConstraints: { permitted: [{ type: 'dns', value: trustDomain }], excluded: [] },
      };
      const issuingDer = prepareAuthority(issuing, root);
      expect(lintCertificate(issuingDer, { kind: 'issuing', issuer: root })).toHaveProperty('linted');
    }),
  );
});
