import { describe, expect, test } from 'vitest';
import { SvcauthError } from '../../../src/errors/error.ts';
import { utf8 } from '../../../src/pki/bytes.ts';
import { checkCsrNames, parseCsr, type GivenNames } from '../../../src/pki/csr/csr.ts';
import { OID } from '../../../src/pki/oids.ts';
import { describeVectors } from '../../support/vectors.ts';

interface CsrVectors {
  readonly cases: readonly {
    readonly id: string;
    readonly expected: 'ACCEPT' | 'REJECT' | 'POLICY' | 'STRIP_OR_REJECT';
    readonly pem: string;
  }[];
}

/** The service that the vectors are for. */
const given: GivenNames = {
  service: 'web',
  spiffeId: 'spiffe://example.org/ns/prod/sa/web',
  dns: [],
  ip: [],
};

/** The expected error code; undefined if the request is accepted. */
async function refusal(pem: string, names: GivenNames): Promise<string | undefined> {
  try {
    checkCsrNames((await parseCsr(utf8(pem))).names, names);
    return undefined;
  } catch (error) {
    if (error instanceof SvcauthError) return error.code;
    throw error;
  }
}

/** Our results for vectors that leave the choice to a policy. */
const CHOICES: Readonly<Record<string, string | undefined>> = {
  // the command supplies the SPIFFE ID
  'good::no-san': undefined,
  // names that the command does not give are refused, even harmless ones
  'good::with-dns': 'ERR_CSR_NAMES',
  'san::dns-wildcard': 'ERR_CSR_NAMES',
  'san::dns-punycode': 'ERR_CSR_NAMES',
  'san::ip-ok': 'ERR_CSR_NAMES',
  'san::dup-dns': 'ERR_CSR_NAMES',
  // svcauth does not issue mail addresses
  'san::email': 'ERR_CSR_FORMAT',
  'weak::rsa-modulus-small-factor': 'ERR_KEY_UNSUITABLE',
  'subj::cn-shell': 'ERR_CSR_NAMES',
  // it contains a line end
  'subj::cn-yaml': 'ERR_CSR_FORMAT',
  // white space inside base64 lines is harmless (RFC 7468 §3)
  'pem::pem-trailing-spaces': undefined,
};

describeVectors<CsrVectors>('csr/csr-policy.json', 'certificate requests', ({ cases }) => {
  test.each(cases)('$id: $expected', async ({ id, expected, pem }) => {
    const code = await refusal(pem, given);
    switch (expected) {
      case 'ACCEPT':
        return expect(code).toBeUndefined();
      case 'REJECT':
        return expect(code).toMatch(/^ERR_(CSR|KEY)_/);
      case 'POLICY':
        return expect({ id, code }).toEqual({ id, code: CHOICES[id] });
      case 'STRIP_OR_REJECT': {
        // stripped: it is one of the other extensions, which no code copies
        expect(code).toBeUndefined();
        return expect((await parseCsr(utf8(pem))).otherExtensions).not.toEqual([]);
      }
    }
  });

  const pemOf = (id: string) => cases.find(c => c.id === id)!.pem;

  test('accepts a request for names that the command gives', async () => {
    const names: GivenNames = {
      ...given,
      dns: ['web.example.org', '*.example.org', 'xn--bcher-kva.example'],
      ip: ['10.0.0.1'],
    };
    const asked = (await parseCsr(utf8(pemOf('good::with-dns')))).names.dns;
    expect(await refusal(pemOf('good::with-dns'), { ...names, dns: [...names.dns, ...asked] })).toBeUndefined();
  });

  test('accepts a key that svcauth certifies but does not generate', async () => {
    expect((await parseCsr(utf8(pemOf('good::p256')))).keyAlgorithm?.name).toBe('ecdsa-p256');
    expect((await parseCsr(utf8(pemOf('good::secp521r1')))).keyAlgorithm).toBeUndefined();
  });

  test('separates requested names from other extensions', async () => {
    const csr = await parseCsr(utf8(pemOf('priv::eku-any')));
    expect(csr.names).toMatchObject({ commonName: 'web', spiffeId: { uri: given.spiffeId }, dns: [], ip: [] });
    expect(csr.otherExtensions.map(({ oid }) => oid)).toEqual([OID.extKeyUsage]);
  });

  test.each([
    ['weak::rsa2048-e1', 'its public exponent is 1 instead of 65537'],
    ['weak::rsa16384-huge', 'RSA 16384 is too long (at most 8192 bits)'],
    ['bad::pop-flipped', 'is not signed with the key that it asks a certificate for'],
    ['san::newline', 'is not a SPIFFE ID'],
    ['san::wrong-td', 'asks for names that "web" does not have: SPIFFE ID'],
    ['dup::two-values', 'extensionRequest has trailing bytes'],
    ['pem::pem-two', 'it contains 2 PEM blocks instead of 1'],
    ['enc::version-2', 'request version'],
  ])('%s is refused for its own reason', async (id, reason) => {
    const call = parseCsr(utf8(pemOf(id)), '"web.csr"').then(csr => checkCsrNames(csr.names, given, '"web.csr"'));
    await expect(call).rejects.toThrow(reason);
    await expect(call).rejects.toThrow('"web.csr"');
  });
});

describe('bytes that are not a request', () => {
  test.each([
    ['nothing', new Uint8Array()],
    ['1 MiB and a byte', new Uint8Array(1024 * 1024 + 1)],
    ['another PEM block', utf8('-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n')],
    ['a damaged PEM block', utf8('-----BEGIN CERTIFICATE REQUEST-----\nMA\n-----END CERTIFICATE REQUEST-----\n')],
  ])('is refused: %s', async (_, bytes) => {
    await expect(parseCsr(bytes)).rejects.toMatchObject({ code: 'ERR_CSR_FORMAT', exitStatus: 2 });
  });
});
