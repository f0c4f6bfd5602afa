import { expect, test } from 'vitest';
import { certificateFacts } from '../../../src/pki/lint/certificate-facts.ts';
import { decodeCertificate } from '../../../src/pki/certificate/parsed.ts';
import { decodePem } from '../../../src/pki/pem.ts';
import { svidVerdict, type SvidVerdict } from '../../../src/pki/certificate/svid.ts';
import { describeVectors } from '../../support/vectors.ts';

/** Decodes the first certificate of a PEM text. */
function verdictOn(pem: string): SvidVerdict {
  const block = decodePem(pem).find(({ label }) => label === 'CERTIFICATE');
  return svidVerdict(certificateFacts(decodeCertificate(block!.der).tbs));
}

interface ChainVectors {
  readonly cases: readonly { readonly id: string; readonly chain: readonly string[]; readonly spiffe_id: string }[];
}

/** The cases with a fault in the leaf. The others have a good leaf with a bad chain or at a bad time. */
const BAD_LEAVES: Readonly<Record<string, string>> = {
  'bad::empty-subject-noncritical-san': 'subjectAltName is not critical',
  'bad::two-uris': 'it has 2 URI names',
  'bad::two-uris-one-http': 'it has 2 URI names',
  'bad::dns-only': 'it has no URI name',
  'bad::http-uri': 'not a SPIFFE ID',
  'bad::leaf-cRLSign': 'keyUsage has cRLSign',
  'bad::leaf-no-digitalSignature': 'keyUsage has no digitalSignature',
  'bad::leaf-no-keyUsage': 'it has no keyUsage',
  'bad::leaf-ku-noncritical': 'keyUsage is not critical',
  'bad::eku-client-only': 'extKeyUsage does not have both',
  'bad::leaf-root-path': 'identifies the trust domain',
  'bad::id-uppercase-td': 'not a SPIFFE ID',
  'bad::id-trailing-slash': 'not a SPIFFE ID',
  'bad::id-percent': 'not a SPIFFE ID',
  'bad::id-fragment': 'not a SPIFFE ID',
  'bad::id-empty-seg': 'not a SPIFFE ID',
  'bad::id-nul': 'not a SPIFFE ID',
  'bad::id-userinfo': 'not a SPIFFE ID',
  'bad::id-query': 'not a SPIFFE ID',
  // its SAN is not ASCII, so no name can be read
  'bad::id-latin1': 'it has no URI name',
  'bad::id-empty': 'not a SPIFFE ID',
  // a reader may accept it, but an issuer never writes it
  'either::id-uppercase-scheme': 'not a SPIFFE ID',
};

describeVectors<ChainVectors>('spiffe/x509-svid.json', 'X509-SVIDs', ({ cases }) => {
  test.each(cases)('$id', ({ id, chain, spiffe_id }) => {
    const verdict = verdictOn(chain[0]!);
    const reason = BAD_LEAVES[id];
    if (reason === undefined) expect(verdict).toEqual({ kind: 'svid', id: spiffe_id });
    else expect(verdict.kind === 'none' && JSON.stringify(verdict.refusals)).toContain(reason);
  });
});

interface Files {
  readonly files: readonly { readonly id: string; readonly text: string }[];
}

describeVectors<Files>('spiffe/go-spiffe-testdata.json', 'SVID files of go-spiffe', ({ files }) => {
  const file = (name: string) => files.find(({ id }) => id.endsWith(`/${name}.pem`))!.text;

  test.each(['good-cert-and-key', 'good-key-and-cert', 'good-leaf-and-intermediate'])('%s', name => {
    expect(verdictOn(file(name))).toEqual({ kind: 'svid', id: 'spiffe://example.org/workload-1' });
  });

  test.each([
    ['wrong-leaf-ca-true', 'has a path'],
    ['wrong-leaf-cert-sign', 'keyUsage has keyCertSign'],
    ['wrong-leaf-crl-sign', 'keyUsage has cRLSign'],
    ['wrong-leaf-empty-id', 'it has no URI name'],
    ['wrong-leaf-no-digital-signature', 'keyUsage has no digitalSignature'],
  ])('%s', (name, reason) => {
    expect(JSON.stringify(verdictOn(file(name)))).toContain(reason);
  });
});
