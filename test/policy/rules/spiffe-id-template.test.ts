import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseServiceName } from '../../../src/service/rules/name.ts';
import { parseSpiffeIdTemplate, spiffeIdFromTemplate } from '../../../src/policy/rules/spiffe-id-template.ts';
import { parseTags, type Tags } from '../../../src/service/rules/tag.ts';
import { parseTrustDomain } from '../../../src/pki/name/spiffe-id.ts';
import { errorOf } from '../../support/errors.ts';

const fill = (template: string, service: string, tags: Tags = {}): string =>
  spiffeIdFromTemplate(
    { trustDomain: parseTrustDomain('example.org'), spiffeIdTemplate: parseSpiffeIdTemplate(template) },
    parseServiceName(service),
    tags,
  ).uri;

describe('filling a template', () => {
  test('puts the service and its tags into the path', () => {
    expect(fill('/{service}', 'payments')).toBe('spiffe://example.org/payments');
    expect(fill('/ns/{tag.ns}/sa/{service}', 'payments', { ns: 'prod' })).toBe(
      'spiffe://example.org/ns/prod/sa/payments',
    );
    expect(fill('/{tag.ns}-{service}/{service}', 'a', { ns: 'b' })).toBe('spiffe://example.org/b-a/a');
  });

  test('names the tag that is missing and how to give it', () => {
    const error = errorOf(() => fill('/ns/{tag.ns}/sa/{service}', 'payments'));
    expect(error.code).toBe('ERR_TAG_MISSING');
    expect(error.hints[0]).toContain('--tag ns=VALUE');
  });

  test.each(['constructor', 'toString', 'hasOwnProperty'])('takes no tag from the prototype: %s', name => {
    expect(errorOf(() => fill(`/{tag.${name}}`, 'payments')).code).toBe('ERR_TAG_MISSING');
  });

  test.each(['a/b', '..', '.', 'a b', 'é', '$&', '{service}'])('a tag cannot add or empty a segment: %j', ns => {
    expect(errorOf(() => fill('/{tag.ns}', 'payments', { ns })).code).toMatch(/^ERR_(?:TAG|SPIFFE_ID)$/);
  });
});

test.each([
  ['', 'starts with a slash'],
  ['{service}', 'starts with a slash'],
  ['/payments', 'the same ID'],
  ['/{name}', 'allowed in braces'],
  ['/{tag.}', 'allowed in braces'],
  ['/{service', 'allowed in braces'],
  ['/{service}/', 'does not give a valid SPIFFE path'],
  ['/a b/{service}', 'does not give a valid SPIFFE path'],
  ['//{service}', 'does not give a valid SPIFFE path'],
])('refuses the template %j: %s', (template, reason) => {
  const error = errorOf(() => parseSpiffeIdTemplate(template));
  expect(error.code).toBe('ERR_ID_TEMPLATE');
  expect(error.message).toContain(reason);
});

describe('a tag', () => {
  test('is a name and a value, which may hold equals signs', () => {
    expect(parseTags(['ns=prod', 'note=a=b c'])).toEqual({ ns: 'prod', note: 'a=b c' });
  });

  test.each(['ns', 'ns=', '=prod', '-a=b', '__proto__=x', 'a b=c', `${'a'.repeat(64)}=b`, 'a=b\n', 'a=\u202e'])(
    '%j is refused',
    text => {
      expect(errorOf(() => parseTags([text])).code).toBe('ERR_TAG');
    },
  );

  test('is given once', () => {
    expect(errorOf(() => parseTags(['a=b', 'a=b'])).message).toContain('occurs twice');
  });

  test('named like a member of every object is a tag like any other', () => {
    fc.assert(
      fc.property(fc.constantFrom('constructor', 'toString', 'valueOf'), name => {
        expect(Object.entries(parseTags([`${name}=x`]))).toEqual([[name, 'x']]);
      }),
    );
  });
});
