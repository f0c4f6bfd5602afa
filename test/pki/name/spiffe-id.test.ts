import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isSpiffeId, parseSpiffeId, parseTrustDomain, spiffeIdOf } from '../../../src/pki/name/spiffe-id.ts';
import { errorOf } from '../../support/errors.ts';
import { describeVectors } from '../../support/vectors.ts';

interface Vector {
  readonly input: string;
  readonly valid: boolean;
  readonly error?: string;
  readonly trust_domain?: string;
  readonly path?: string;
}

describeVectors<{ cases: readonly Vector[] }>('spiffe/spiffe-ids.json', "go-spiffe's verdicts", ({ cases }) => {
  test.each(cases.map(c => [c.input.length > 80 ? `${c.input.slice(0, 77)}...` : c.input, c] as const))(
    '%j',
    (_, c) => {
      // SPEC: go-spiffe does not enforce the limits of SPIFFE-ID §2.3; svcauth does
      const valid = c.valid && !(c.error ?? '').startsWith('SPEC:');
      expect(isSpiffeId(c.input)).toBe(valid);
      if (!valid) return void expect(errorOf(() => parseSpiffeId(c.input)).code).toBe('ERR_SPIFFE_ID');
      const { trustDomain, path, uri } = parseSpiffeId(c.input);
      expect({ trustDomain, path, uri }).toEqual({ trustDomain: c.trust_domain, path: c.path ?? '', uri: c.input });
    },
  );
});

const everyByte = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte));

describe('grammar, byte by byte', () => {
  test('a trust domain accepts [a-z0-9._-] and no other of the 256 bytes', () => {
    const taken = everyByte.filter(c => isSpiffeId(`spiffe://a${c}b`));
    // a slash ends the trust domain, and `b` is then a path
    expect(taken.join('')).toBe('-./0123456789_abcdefghijklmnopqrstuvwxyz');
    expect(parseSpiffeId('spiffe://a/b').trustDomain).toBe('a');
    const bare = everyByte.filter(c => !throws(() => parseTrustDomain(`a${c}b`)));
    expect(bare.join('')).toBe('-.0123456789_abcdefghijklmnopqrstuvwxyz');
  });

  test('a path accepts [a-zA-Z0-9._-] and the slash and no other of the 256 bytes', () => {
    const taken = everyByte.filter(c => isSpiffeId(`spiffe://td/a${c}b`));
    expect(taken.join('')).toBe('-./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz');
  });

  test('rejects every character above U+00FF', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0x100, max: 0x10ffff }), point => {
        const c = point >= 0xd800 && point <= 0xdfff ? String.fromCharCode(point) : String.fromCodePoint(point);
        return !isSpiffeId(`spiffe://td/${c}`) && !isSpiffeId(`spiffe://t${c}/a`);
      }),
    );
  });
});

describe('limits', () => {
  test('a trust domain has at most 255 bytes', () => {
    expect(parseTrustDomain('a'.repeat(255))).toHaveLength(255);
    expect(errorOf(() => parseTrustDomain('a'.repeat(256))).message).toContain('longer than 255 bytes');
    expect(isSpiffeId(`spiffe://${'a'.repeat(256)}/b`)).toBe(false);
  });

  test('an ID has at most 2048 bytes', () => {
    expect(isSpiffeId(`spiffe://td/${'a'.repeat(2048 - 12)}`)).toBe(true);
    expect(isSpiffeId(`spiffe://td/${'a'.repeat(2049 - 12)}`)).toBe(false);
  });

  test('refuses a hundred megabytes quickly', () => {
    expect(isSpiffeId(`spiffe://td/${'a/'.repeat(50_000_000)}`)).toBe(false);
  });
});

describe('reasons and hints', () => {
  test.each([
    ['', 'it is empty'],
    ['https://td/a', 'it does not start with spiffe://'],
    ['Spiffe://td/a', 'the scheme spiffe:// must be in lower case'],
    ['spiffe:///a', 'the trust domain is empty'],
    ['spiffe://Example.org/a', 'a trust domain must be in lower case'],
    ['spiffe://user@td/a', 'it cannot have a user'],
    ['spiffe://td:8080/a', 'it cannot have a port or an IPv6 address'],
    ['spiffe://td/a?b', 'it cannot have a query'],
    ['spiffe://td/a#b', 'it cannot have a fragment'],
    ['spiffe://td/%61', 'it cannot have percent-encoding'],
    ['spiffe://td/', 'its path ends with a slash'],
    ['spiffe://td/a/', 'its path ends with a slash'],
    ['spiffe://td//a', 'its path has an empty segment'],
    ['spiffe://td/../a', 'its path has the segment ".."'],
    ['spiffe://td/a b', 'path segments can have only letters, digits, dots, dashes and underscores'],
  ])('%j: %s', (text, reason) => {
    const error = errorOf(() => parseSpiffeId(text));
    expect(error.message).toContain(reason);
    expect(error.exitStatus).toBe(2);
  });

  test('suggests the trust domain if it was typed as an ID or in upper case', () => {
    expect(errorOf(() => parseTrustDomain('spiffe://example.org')).hints).toEqual(['write: example.org']);
    expect(errorOf(() => parseTrustDomain('SPIFFE://Example.org/x')).hints).toEqual(['write: example.org']);
    expect(errorOf(() => parseTrustDomain('https://example.org/')).hints).toEqual(['write: example.org']);
    expect(errorOf(() => parseTrustDomain('Example.ORG')).hints).toEqual(['write: example.org']);
  });

  test('suggests no lower case for a letter outside ASCII that folds to ASCII', () => {
    // U+212A KELVIN SIGN lower-cases to k
    expect(errorOf(() => parseTrustDomain('\u212a.example')).hints).toEqual([]);
    expect(errorOf(() => parseTrustDomain('spiffe://\u212a.example')).hints).toEqual([
      'write the name alone: example.org',
    ]);
  });

  test('suggests no trust domain in place of an ID', () => {
    expect(errorOf(() => parseSpiffeId('spiffe://Example.org/a')).hints).toEqual([]);
  });
});

test('accepts trust domains that look like IPv4 addresses', () => {
  expect(parseSpiffeId('spiffe://10.0.0.1/a').trustDomain).toBe('10.0.0.1');
});

test('spiffeIdOf and parseSpiffeId return the same ID', () => {
  const segment = fc.stringMatching(/^[a-zA-Z0-9._-]{1,20}$/).filter(s => s !== '.' && s !== '..');
  const trustDomain = fc.stringMatching(/^[a-z0-9._-]{1,40}$/);
  fc.assert(
    fc.property(trustDomain, fc.array(segment, { maxLength: 5 }), (td, segments) => {
      const id = spiffeIdOf(parseTrustDomain(td), segments.map(s => `/${s}`).join(''));
      expect(parseSpiffeId(id.uri)).toEqual(id);
      expect(id.path.split('/').slice(1)).toEqual(segments);
    }),
  );
});

test('any text is parsed or refused with the catalogue error', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string().map(s => `spiffe://td/${s}`),
      ),
      text => {
        if (isSpiffeId(text)) expect(parseSpiffeId(text).uri).toBe(text);
        else expect(errorOf(() => parseSpiffeId(text)).code).toBe('ERR_SPIFFE_ID');
      },
    ),
  );
});

function throws(call: () => unknown): boolean {
  try {
    call();
    return false;
  } catch {
    return true;
  }
}
