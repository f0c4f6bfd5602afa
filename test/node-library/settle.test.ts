import { describe, expect, test } from 'vitest';
import type { Identity } from '../../src/node-library/identity.ts';
import { isProblem, problem, type Problem } from '../../src/node-library/problem.ts';
import { settle, type Found, type FoundBundle, type InForce } from '../../src/node-library/settle.ts';
import type { TrustDomain } from '../../src/pki/name/spiffe-id.ts';
import { integer } from '../../src/pki/der/writer.ts';
import { readPathCertificate } from '../../src/pki/path/path-certificate.ts';
import { readPathCrl } from '../../src/pki/path/path-crl.ts';
import { makeCa, makeCrl, makeLeaf, names, NOW, type TestCertificate, type Wanted } from '../support/pki/path-pki.ts';
import { planted } from '../support/pki/planted-certificate.ts';

const root = makeCa({ name: 'root' });
const issuing = makeCa({ name: 'issuing', issuer: root });
const nextRoot = makeCa({ name: 'root g2' });
const nextIssuing = makeCa({ name: 'issuing g2', issuer: nextRoot });
const partner = makeCa({ name: 'partner' });

const read = ({ der }: TestCertificate) => readPathCertificate(der);

function identity(
  id: string | undefined = 'spiffe://example.org/payments',
  ca = issuing,
  wanted: Partial<Wanted> = {},
): Identity {
  const uri = id === '' ? {} : names({ type: 'uri', value: id });
  const leaf = makeLeaf({ name: 'payments', issuer: ca, extensions: uri, ...wanted });
  return {
    ...{ file: 'tls.crt', leaf: read(leaf), chain: [read(ca)], certificatePem: '', keyPem: '' },
    id: id === '' ? undefined : (id as Identity['id']),
  };
}

const bundle = (...roots: readonly TestCertificate[]): FoundBundle => ({
  ...{ trustDomain: undefined, checksRevocation: true, isSettled: true },
  content: { file: 'bundle.pem', anchors: roots.map(read) },
});

const crl = (issuer: TestCertificate, number = 1, revoked: readonly number[] = []) => ({
  file: `${issuer.name}.pem`,
  crl: readPathCrl(makeCrl({ issuer, revoked, extensions: planted('cRLNumber', false, integer(number)) })),
});

const CRLS = [root, issuing, nextRoot, nextIssuing].map(each => crl(each));
const GOOD: Found = { identity: identity(), bundles: [bundle(root)], crls: { crls: CRLS, problems: [] } };

function ask(found: Partial<Found>, before?: InForce, demands: Partial<Parameters<typeof settle>[2]> = {}, now = NOW) {
  const { inForce, problems } = settle(
    { ...GOOD, ...found },
    before,
    { id: undefined, trustDomain: undefined, ...demands },
    [],
    now,
  );
  return {
    inForce,
    problems,
    codes: problems.map(({ code, severity }) => (severity === 'critical' ? `${code}!` : code)),
  };
}

const START = ask({}).inForce!;
const FAULT: Problem = problem('unreadable', 'tls.crt', 'EIO');

describe('the start', () => {
  test('good files come into force', () => {
    expect(ask({})).toMatchObject({ codes: [], inForce: { identity: GOOD.identity, trust: { own: 'example.org' } } });
  });

  test.each<[string, Partial<Found>, string]>([
    ['a certificate that cannot be read', { identity: FAULT }, 'unreadable'],
    ['a bundle that cannot be read', { bundles: [{ ...bundle(root), content: FAULT }] }, 'unreadable'],
    ['the anchors of another CA', { bundles: [bundle(nextRoot)] }, 'no-issuer'],
    ['a certificate without a SPIFFE ID', { identity: identity('') }, 'no-svid'],
    ['a missing CRL', { crls: { crls: CRLS.slice(1), problems: [] } }, 'crl-missing!'],
  ])('%s prevents it', (_, found, code) => {
    expect(ask(found)).toMatchObject({ inForce: undefined, codes: [code] });
  });

  test('a certificate with another ID than the demanded one prevents it', () => {
    const result = ask({}, undefined, { id: 'spiffe://example.org/ledger' });
    expect(result).toMatchObject({ inForce: undefined, codes: ['other-identity'] });
  });

  test('a certificate without a SPIFFE ID serves in a trust domain that is named', () => {
    const result = ask({ identity: identity('') }, undefined, { trustDomain: 'example.org' as TrustDomain });
    expect(result).toMatchObject({ codes: [], inForce: { trust: { own: 'example.org' } } });
  });

  test('without revocation checking, no CRL is needed', () => {
    expect(ask({ crls: undefined })).toMatchObject({ codes: [], inForce: { trust: { shelf: [] } } });
  });
});

describe('later', () => {
  test('the same files keep the same trust', () => {
    expect(ask({}, START).inForce!.trust).toBe(START.trust);
  });

  test('a renewed certificate comes into force and keeps the trust', () => {
    const renewed = identity();
    const { inForce } = ask({ identity: renewed }, START);
    expect(inForce!.identity).toBe(renewed);
    expect(inForce!.trust).toBe(START.trust);
  });

  test('a broken certificate keeps neither anchors nor CRLs out', () => {
    const crls = [...CRLS.slice(0, 1), crl(issuing, 2, [77]), ...CRLS.slice(2)];
    const { inForce, codes } = ask(
      { identity: FAULT, bundles: [bundle(root, nextRoot)], crls: { crls, problems: [] } },
      START,
    );
    expect(codes).toEqual(['unreadable']);
    expect(inForce!.identity).toBe(START.identity);
    expect(inForce!.trust.bundles.get('example.org' as TrustDomain)!.anchors).toHaveLength(2);
    expect(inForce!.trust.shelf.some(({ newest }) => newest.crl.entryCount === 1)).toBe(true);
  });

  test('a certificate of a CA that the anchors do not have waits for them', () => {
    const next = identity(undefined, nextIssuing);
    const { inForce, codes } = ask({ identity: next }, START);
    expect(inForce!.identity).toBe(START.identity);
    expect(codes).toEqual(['no-issuer']);
    expect(ask({ identity: next, bundles: [bundle(root, nextRoot)] }, START)).toMatchObject({
      codes: [],
      inForce: { identity: next },
    });
  });

  test('anchors without that of the own certificate do not come into force', () => {
    const { inForce, codes } = ask({ bundles: [bundle(nextRoot)] }, START);
    expect(inForce!.trust).toBe(START.trust);
    expect(codes).toEqual(['no-issuer']);
  });

  test.each([
    ['a certificate of another trust domain', identity('spiffe://other.org/payments'), {}],
    [
      'a certificate with another ID where one is demanded',
      identity('spiffe://example.org/ledger'),
      { id: 'spiffe://example.org/payments' },
    ],
    ['a certificate without a SPIFFE ID where one is demanded', identity(''), { id: 'spiffe://example.org/payments' }],
  ])('%s is not used', (_, offered, demands) => {
    const { inForce, codes } = ask({ identity: offered }, START, demands);
    expect(inForce).toEqual(START);
    expect(codes).toEqual(['other-identity']);
  });

  test('a bundle with fewer anchors comes into force when its file rests', () => {
    const before = ask({ bundles: [bundle(root, nextRoot)] }).inForce!;
    const half = { ...bundle(root), isSettled: false };
    expect(ask({ bundles: [half] }, before).inForce!.trust).toBe(before.trust);
    const { inForce } = ask({ bundles: [bundle(root)] }, before);
    expect(inForce!.trust.bundles.get('example.org' as TrustDomain)!.anchors).toHaveLength(1);
    // more anchors need no rest
    const more = { ...bundle(root, nextRoot), isSettled: false };
    expect(
      ask({ bundles: [more] }, START).inForce!.trust.bundles.get('example.org' as TrustDomain)!.anchors,
    ).toHaveLength(2);
  });

  test('a bundle that was changed a moment ago adds its new anchors at once, and loses none', () => {
    const before = ask({ bundles: [bundle(root, partner)] }).inForce!;
    const { inForce } = ask({ bundles: [{ ...bundle(root, nextRoot), isSettled: false }] }, before);
    const names = inForce!.trust.bundles
      .get('example.org' as TrustDomain)!
      .anchors.map(({ subjectName }) => subjectName);
    expect(names).toEqual([root, partner, nextRoot].map(each => read(each).subjectName));
    const rested = ask({ bundles: [bundle(root, nextRoot)] }, inForce).inForce!;
    expect(rested.trust.bundles.get('example.org' as TrustDomain)!.anchors).toHaveLength(2);
  });

  test('a partner with a broken bundle keeps the one before, and changes nothing for the others', () => {
    const federated = { ...bundle(partner), trustDomain: 'partner.org' as TrustDomain };
    const before = ask({ bundles: [bundle(root), federated] }).inForce!;
    expect([...before.trust.bundles.keys()].sort()).toEqual(['example.org', 'partner.org']);
    const { inForce, codes } = ask({ bundles: [bundle(root, nextRoot), { ...federated, content: FAULT }] }, before);
    expect(codes).toEqual(['unreadable']);
    expect(inForce!.trust.bundles.get('partner.org' as TrustDomain)!.anchors).toHaveLength(1);
    expect(inForce!.trust.bundles.get('example.org' as TrustDomain)!.anchors).toHaveLength(2);
  });

  test('the own certificate is revoked: the CRL comes into force, and the problem is critical', () => {
    const { serial } = START.identity.leaf.tbs;
    const crls = [...CRLS, crl(issuing, 2, [Number(`0x${Buffer.from(serial).toString('hex')}`)])];
    const { inForce, codes } = ask({ crls: { crls, problems: [] } }, START);
    expect(codes).toEqual(['revoked!']);
    expect(inForce!.identity).toBe(START.identity);
    expect(inForce!.trust.shelf).not.toEqual(START.trust.shelf);
    // nor does a new certificate that is revoked already replace it
    const good = ask({ identity: identity() }).inForce!;
    const again = ask({ identity: START.identity, crls: { crls, problems: [] } }, good);
    expect(again.inForce!.identity).toBe(good.identity);
    expect(again.codes).toEqual(['revoked!']);
  });

  test('the own certificate has expired: that is critical, and new anchors and CRLs come into force', () => {
    const short = identity(undefined, issuing, { notAfter: '2026-05-31T12:00:00Z' });
    const before = ask({ identity: short }, undefined, {}, new Date('2026-05-31')).inForce!;
    const crls = [...CRLS, crl(issuing, 2, [77])];
    const found = { identity: short, bundles: [bundle(root, nextRoot)], crls: { crls, problems: [] } };
    const { inForce, codes } = ask(found, before);
    expect(codes.filter(code => code.startsWith('expired'))).toContain('expired!');
    expect(inForce!.trust.shelf.some(({ newest }) => newest.crl.entryCount === 1)).toBe(true);
    expect(inForce!.trust.bundles.get('example.org' as TrustDomain)!.anchors).toHaveLength(2);
  });
});

test('problems differ from other values', () => {
  expect([FAULT, GOOD.identity, {}].map(isProblem)).toEqual([true, false, false]);
});
