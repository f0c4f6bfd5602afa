import { describe, expect, test } from 'vitest';
import { crlAddress, parseCrlUrl } from '../../../src/policy/rules/crl-url.ts';
import { errorOf } from '../../support/errors.ts';

describe('an address for CRLs', () => {
  test.each([
    ['http://pki.example.org/crl', 'http://pki.example.org/crl/root-g1.der'],
    ['http://pki.example.org/crl/', 'http://pki.example.org/crl/root-g1.der'],
    ['http://pki.example.org', 'http://pki.example.org/root-g1.der'],
    ['https://pki.example.org:8443/{ca}/latest.crl', 'https://pki.example.org:8443/root-g1/latest.crl'],
    ['http://pki.example.org/?ca={ca}', 'http://pki.example.org/?ca=root-g1'],
    ['https://pki.example.org:8443/{authority}/latest.crl', 'https://pki.example.org:8443/root-g1/latest.crl'],
    ['http://pki.example.org/?ca={authority}', 'http://pki.example.org/?ca=root-g1'],
  ])('%s serves that of a CA at %s', (text, address) => {
    expect(crlAddress(parseCrlUrl(text), 'root-g1')).toBe(address);
  });

  test.each([
    ['', 'ASCII'],
    ['pki.example.org/crl', 'it is not a URL'],
    ['http://pki.example.org/a b', 'spaces'],
    ['http://b\u00fccher.example/crl', 'not ASCII'],
    ['ldap://pki.example.org/crl', 'only http and https'],
    ['file:///etc/crl', 'only http and https'],
    ['http://pki.example.org/crl#top', 'fragment'],
    ['http://pki.example.org/crl?v=1', 'query'],
    ['http://pki.example.org/{issuer}.der', 'only {ca} is allowed in braces'],
    ['http://pki.example.org/{ca', 'only {ca} is allowed in braces'],
    ['http://[::1', 'it is not a URL'],
  ])('is not %j: %s', (text, reason) => {
    const error = errorOf(() => parseCrlUrl(text));
    expect(error).toMatchObject({ code: 'ERR_CRL_URL', exitStatus: 2 });
    expect(error.message).toContain(reason);
    expect(error.hints).toHaveLength(1);
  });

  test('with a password is refused without repeating it', () => {
    const { message, params } = errorOf(() => parseCrlUrl('http://ops:hunter2@pki.example.org/crl'));
    expect(message).toContain('which every certificate would publish');
    expect(message + JSON.stringify(params)).not.toContain('hunter2');
  });
});
