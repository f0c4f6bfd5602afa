import { describe, expect, test } from 'vitest';
import { decodeCertificate } from '../../../src/pki/certificate/parsed.ts';
import { carriedNames, namesOfLeaf } from '../../../src/pki/name/carried-names.ts';
import { encodeName } from '../../../src/pki/name/name.ts';
import { OID } from '../../../src/pki/oids.ts';
import { constrainedNames } from '../../../src/pki/path/constrained-names.ts';
import { readPathCertificate } from '../../../src/pki/path/path-certificate.ts';
import { leafPreparer } from '../../../src/pki/certificate/prepare-leaf.ts';
import { unsignedCertificate } from '../../../src/pki/unsigned.ts';
import { issuerOf, readName } from '../../support/pki/planted-certificate.ts';

const leaf = {
  commonName: 'payments',
  spiffeId: 'spiffe://example.org/payments',
  dns: ['payments.example.org'],
  ip: [Uint8Array.of(10, 0, 0, 1)],
};

describe('the names of a leaf', () => {
  test.each([leaf, { ...leaf, commonName: '' }, { ...leaf, commonName: 'vault.corp.example', dns: [], ip: [] }])(
    'are the same before issuance and in the certificate: %j',
    planned => {
      const issuer = issuerOf('svid');
      const tbs = leafPreparer(issuer)({
        ...planned,
        ...{ profile: 'svid', keyKind: 'ec', publicKeyDer: issuer.publicKeyDer, publicKeyBits: new Uint8Array(1) },
        ...{ serial: Uint8Array.of(1), notBefore: issuer.notBefore, notAfter: issuer.notAfter },
      });
      const der = unsignedCertificate(tbs, issuer.algorithm);
      expect(namesOfLeaf(planned)).toEqual(constrainedNames(readPathCertificate(der)));
      expect(decodeCertificate(der).tbs.subject.rdns).toHaveLength(planned.commonName === '' ? 0 : 1);
    },
  );

  test('are its subjectAltName and then its subject, without the commonName as a host', () => {
    const names = namesOfLeaf({ ...leaf, commonName: 'vault.corp.example' });
    expect(names.map(({ type }) => type)).toEqual(['uri', 'dns', 'ip', 'directory']);
  });
});

test('an emailAddress in the subject is a name even with a subjectAltName', () => {
  const subject = readName(encodeName([[OID.emailAddress, 'a@example.org']]));
  const names = carriedNames(subject, [{ type: 'dns', value: 'example.org' }]);
  expect(names).toMatchObject([{ type: 'dns' }, { type: 'directory' }, { type: 'email', value: 'a@example.org' }]);
});
