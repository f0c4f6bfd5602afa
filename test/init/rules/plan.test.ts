import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readInitRequest, rootKind, type InitText } from '../../../src/init/rules/request.ts';
import { planInit, planPolicy, type InitRequest, type RootSource } from '../../../src/init/rules/plan.ts';
import { decodeCertificate } from '../../../src/pki/certificate/parsed.ts';
import { parsePrivateKey } from '../../../src/pki/key/private-key.ts';
import { utf8 } from '../../../src/pki/bytes.ts';
import { errorOf } from '../../support/errors.ts';
import { goodParts, issuerOf, rootKeyPem, signParts } from '../../support/pki/planted-certificate.ts';
import { at } from '../../support/pki/rows.ts';

const TEXT: InitText = {
  trustDomain: 'example.org',
  keyAlg: 'ecdsa-p256',
  permitDns: [],
  excludeDns: [],
  permitUri: [],
  keyProtection: 'passphrase',
  passphraseFlags: [],
};
const now = at('2026-11-21');
const request = (changes: Partial<InitText> = {}, root: RootSource = { kind: 'create' }): InitRequest => ({
  ...readInitRequest({ ...TEXT, ...changes }),
  root,
});
const plan = (...asked: Parameters<typeof request>) => planInit(request(...asked), now);

/** Valid from 2026-01-01 to 2036-01-01. */
const imported = async (): Promise<RootSource> => ({
  kind: 'import',
  certificate: decodeCertificate(signParts(goodParts('root'), issuerOf('root'))),
  key: await parsePrivateKey(utf8(rootKeyPem()), undefined),
});

describe('a PKI is planned', () => {
  test('as a root without a path length and an issuing CA for leaves only', () => {
    expect(plan()).toEqual([
      {
        id: 'root-g1',
        tier: 'root',
        generation: 1,
        how: 'create',
        keyAlgorithm: 'ecdsa-p256',
        notBefore: at('2026-11-20T23:59:00Z'),
        notAfter: at('2036-11-18'),
        keyLocation: 'file',
      },
      {
        id: 'issuing-g1',
        tier: 'issuing',
        generation: 1,
        how: 'create',
        keyAlgorithm: 'ecdsa-p256',
        notBefore: at('2026-11-20T23:59:00Z'),
        notAfter: at('2027-11-21'),
        keyLocation: 'file',
        pathLength: 0,
      },
    ]);
  });

  test('with the names that it may certify in the CA that issues the leaves', () => {
    const names = { permitDns: ['example.org'], excludeDns: ['x.example.org'] };
    const constrained = (one: object) => 'nameConstraints' in one;
    expect(plan(names).map(constrained)).toEqual([false, true]);
    expect(plan({ ...names, singleTier: true }).map(constrained)).toEqual([true]);
  });

  test('with the address of the CRL that speaks of each CA: that of the one above', () => {
    const [root, issuing] = plan({ crlUrl: 'http://pki.example.org/crl/' });
    expect(root).not.toHaveProperty('crlUrl');
    expect(issuing).toMatchObject({ crlUrl: 'http://pki.example.org/crl/root-g1.der' });
  });

  test('with an offline root, a foreign one, or a single CA', () => {
    expect(plan({}, { kind: 'create-offline', keyPath: '/media/root.key' }).map(one => one.keyLocation)).toEqual([
      'offline',
      'file',
    ]);
    expect(plan({}, { kind: 'foreign' })).toMatchObject([{ id: 'issuing-g1', how: 'request' }]);
    expect(plan({ singleTier: true })).toMatchObject([{ id: 'root-g1', tier: 'root', keyLocation: 'file' }]);
  });

  test('below an imported root never longer than that, nor before it', async () => {
    const root = await imported();
    const [above, issuing] = plan({ issuingLifetime: '20y', rootLifetime: '30y' }, root);
    expect(above).toMatchObject({ how: 'import', notAfter: at('2036-01-01') });
    expect(issuing!.notAfter).toEqual(at('2036-01-01'));
    const early = planInit(request({}, root), at('2026-01-01'));
    expect(early[1]!.notBefore).toEqual(at('2026-01-01'));
  });
});

describe('the policy file', () => {
  const ttl = (issuingLifetime: string) => {
    const asked = request({ issuingLifetime });
    return planPolicy(asked, planInit(asked, now)).leaf.ttl;
  };
  test.each([
    ['1y', 30 * 86_400],
    ['180d', 30 * 86_400],
    ['90d', 15 * 86_400],
    ['1d', 4 * 3600],
    ['1h', 10 * 60],
    ['1m', 20],
  ])('below an issuing CA of %s gives leaves %i seconds', (lifetime, seconds) => {
    expect(ttl(lifetime)).toBe(seconds);
  });

  test('never asks for more than a sixth of the CA, whatever that is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3_000_000 }), minutes => {
        expect(ttl(`${minutes}m`)).toBeLessThanOrEqual((minutes * 60 + 60) / 6);
        expect(ttl(`${minutes}m`)).toBeGreaterThan(0);
      }),
    );
  });

  test('has the address for CRLs that was given, or none', () => {
    const asked = request({ crlUrl: 'http://pki.example.org/{ca}' });
    expect(planPolicy(asked, planInit(asked, now)).crl.url).toBe('http://pki.example.org/{ca}');
    expect(planPolicy(request(), plan()).crl).not.toHaveProperty('url');
  });
});

describe('options that cannot be combined', () => {
  test.each<[Partial<InitText>, string, string]>([
    [{ rootKeyOut: 'a', csrOnly: true }, 'ERR_FLAG_CONFLICT', '--root-key-out and --csr-only'],
    [{ importRoot: 'a', importKey: 'b', csrOnly: true }, 'ERR_FLAG_CONFLICT', '--import-root and --csr-only'],
    [{ importRoot: 'a' }, 'ERR_FLAG_NEEDS', '--import-root requires --import-key'],
    [{ importKey: 'a' }, 'ERR_FLAG_NEEDS', '--import-key requires --import-root'],
    [{ singleTier: true, rootKeyOut: 'a' }, 'ERR_FLAG_CONFLICT', '--single-tier and --root-key-out'],
    [{ singleTier: true, csrOnly: true }, 'ERR_FLAG_CONFLICT', '--single-tier and --csr-only'],
    [{ csrOnly: true, permitDns: ['example.org'] }, 'ERR_FLAG_CONFLICT', '--csr-only and --permit-dns'],
    [
      { singleTier: true, importRoot: 'a', importKey: 'b', excludeDns: ['example.org'] },
      'ERR_FLAG_CONFLICT',
      '--import-root and --exclude-dns',
    ],
    [{ keyProtection: 'none', passphraseFlags: ['--passphrase-fd'] }, 'ERR_FLAG_CONFLICT', 'no key would be encrypted'],
    [
      { rootLifetime: '1y', issuingLifetime: '2y' },
      'ERR_LIFETIMES',
      'lifetime "2y" would outlive its root with lifetime "1y"',
    ],
    [{ trustDomain: 'Example.org' }, 'ERR_TRUST_DOMAIN', 'Example.org'],
    [{ keyAlg: 'rsa' }, 'ERR_CHOICE', 'rsa'],
    [{ crlUrl: 'ftp://example.org' }, 'ERR_CRL_URL', 'only http and https'],
    [{ permitDns: ['*.example.org'] }, 'ERR_DNS_SUFFIX', '*'],
    [{ permitUri: ['spiffe://example.org'] }, 'ERR_URI_HOST', 'without scheme'],
  ])('%j: %s', (changes, code, says) => {
    const error = errorOf(() => readInitRequest({ ...TEXT, ...changes }));
    expect(error).toMatchObject({ code, exitStatus: 2 });
    expect(error.message).toContain(says);
  });

  test.each<[Partial<InitText>, string]>([
    [{ singleTier: true, issuingLifetime: '2y' }, '--single-tier and --issuing-lifetime'],
    [{ csrOnly: true, issuingLifetime: '2y' }, '--csr-only and --issuing-lifetime'],
    [{ importRoot: 'a', importKey: 'b', rootLifetime: '1y' }, '--import-root and --root-lifetime'],
  ])('a lifetime of a CA that is not made here: %j', (changes, says) => {
    const error = errorOf(() => readInitRequest({ ...TEXT, ...changes }));
    expect(error).toMatchObject({ code: 'ERR_FLAG_CONFLICT', exitStatus: 2 });
    expect(error.message).toContain(says);
  });
});

test.each<[Partial<InitText>, RootSource['kind']]>([
  [{}, 'create'],
  [{ rootKeyOut: 'root.key' }, 'create-offline'],
  [{ importRoot: 'a', importKey: 'b' }, 'import'],
  [{ csrOnly: true }, 'foreign'],
])('%j means the root is %s', (changes, kind) => {
  expect(rootKind({ ...TEXT, ...changes })).toBe(kind);
});
