import { describe, expect, test } from 'vitest';
import { rotationPhases, type RotationSide } from '../../../src/rotation/rules/phases.ts';
import { proveRotation, type Counterexample } from '../../../src/verifiers/rules/proof.ts';
import { encodeBasicConstraints } from '../../../src/pki/extension/basic-constraints.ts';
import { decodeCertificate } from '../../../src/pki/certificate/parsed.ts';
import { makeCa, newKey, type TestCertificate } from '../../support/pki/path-pki.ts';
import { planted } from '../../support/pki/planted-certificate.ts';
import {
  courseOf,
  crlOf,
  issuingSides,
  known,
  leafOf,
  newLeafOf,
  presenter,
  rootRotation,
  rootSides,
} from '../../support/pki/rotation-course.ts';

const prove = (old: RotationSide, next: RotationSide, changes: Parameters<typeof courseOf>[2] = {}) =>
  proveRotation(rotationPhases(courseOf(old, next, changes)));

/** The compared fields of counterexamples, each once. */
const told = (list: readonly Counterexample[]): readonly string[] => [
  ...new Set(
    list.map(({ phase, kind, bundle, crlSet, certificate, refusal, verifiers }) =>
      [phase, kind, `bundle ${bundle}`, `CRLs ${crlSet}`, certificate, refusal?.code, verifiers.join('+')].join(' | '),
    ),
  ),
];

const ALL = 'every-path+first-match+first-of-name';

describe('a proof without counterexamples', () => {
  test('accepts a new issuing CA', () => {
    const { old, next } = issuingSides(makeCa({ name: 'root g1' }));
    const { checked, counterexamples } = prove(old, next);
    expect(told(counterexamples)).toEqual([]);
    expect(checked).toBe(37);
  });

  test('accepts a new root that certifies the issuing CA as the old one does', () => {
    const { old, next } = rootSides(rootRotation());
    const { checked, counterexamples } = prove(old, next);
    expect(told(counterexamples)).toEqual([]);
    expect(checked).toBe(85);
  });

  test('accepts a revoked leaf that the CRL of its issuer lists', () => {
    const root = makeCa({ name: 'root g1' });
    const { old, next, authorities } = issuingSides(root);
    const revoked = { ...leafOf(authorities.old, 'stolen'), revoked: true };
    const listed = crlOf(authorities.old, { revoked: [serialOf(revoked.der)] });
    const side = {
      ...old,
      presenters: [...old.presenters, presenter('old', [authorities.old], revoked)],
      crls: [old.crls[0]!, listed],
    };
    expect(told(prove(side, next).counterexamples)).toEqual([]);
  });
});

describe('a proof with counterexamples', () => {
  test('reports a root with pathLen 1 under another root', () => {
    // the new root is a subordinate of the old one for those who know only that (RFC 9810 §4.4), and its pathLen is counted there
    const oldRoot = makeCa({ name: 'root g1', extensions: pathLength(1) });
    const newRoot = makeCa({ name: 'root g2' });
    const newWithOld = makeCa({ name: 'root g2', key: newRoot, issuer: oldRoot });
    const issuing = makeCa({ name: 'issuing g2', issuer: newRoot });
    const former = makeCa({ name: 'issuing g1', issuer: oldRoot });
    const old = {
      presenters: [presenter('old', [former], leafOf(former, 'payments'))],
      anchors: [known(oldRoot)],
      crls: [crlOf(former), crlOf(oldRoot)],
    };
    const next = {
      presenters: [presenter('new', [issuing, newWithOld], newLeafOf(issuing, 'payments'))],
      anchors: [known(newRoot)],
      crls: [crlOf(issuing), crlOf(newRoot)],
    };
    const hasty = { unacknowledged: true };
    expect(told(prove(old, next, hasty).counterexamples)).toEqual(
      ['activated', 'draining'].map(
        phase => `${phase} | good-refused | bundle old | CRLs both | CN=root g1 (self-issued) | path-length | ${ALL}`,
      ),
    );
  });

  test('reports a missing cross-certificate', () => {
    const rotation = rootRotation();
    const { old, next } = rootSides(rotation);
    const without = {
      ...next,
      presenters: [presenter('new', [rotation.issuing], newLeafOf(rotation.issuing, 'payments'))],
    };
    // a verifier that still has the old root but no longer its CRL rejects for that reason
    expect(told(prove(old, without).counterexamples)).toEqual([
      `retired | good-refused | bundle both | CRLs new | CN=issuing g1 (issued by CN=root g1) | crl-missing | ${ALL}`,
      `retired | good-refused | bundle new | CRLs both | CN=issuing g1 (issued by CN=root g1) | no-issuer | ${ALL}`,
      `retired | good-refused | bundle new | CRLs new | CN=issuing g1 (issued by CN=root g1) | no-issuer | ${ALL}`,
    ]);
  });

  test('names the certificate without a CRL, and not another certificate of the same name', () => {
    const { old, next, authorities } = issuingSides(makeCa({ name: 'root g1' }));
    const namesake = leafOf(authorities.old, 'issuing g1');
    const without = { ...old, presenters: [presenter('old', [authorities.old], namesake)], crls: [old.crls[1]!] };
    const both = { anchors: old.anchors, crls: [old.crls[1]!, next.crls[1]!] };
    expect(told(prove(without, next, { both }).counterexamples)).toContain(
      `prepared | good-refused | bundle unchanged | CRLs old | CN=issuing g1 (issued by CN=root g1) | crl-missing | ${ALL}`,
    );
  });

  test('reports a missing CRL of the old root', () => {
    const { old, next } = rootSides(rootRotation());
    const both = { anchors: [...old.anchors, ...next.anchors], crls: next.crls };
    expect(told(prove(old, next, { both }).counterexamples)).toContain(
      `activated | good-refused | bundle both | CRLs both | CN=issuing g1 (issued by CN=root g1) | crl-missing | ${ALL}`,
    );
  });

  test('reports a bundle that loses the old root too early', () => {
    const { old, next } = rootSides(rootRotation());
    const early = { retire: new Date('2026-06-20T00:00:00Z') };
    const found = prove(old, next, { times: early }).counterexamples;
    expect(told(found)).toContain(
      `retired | good-refused | bundle new | CRLs both | CN=issuing g1 (issued by CN=root g1) | no-issuer | ${ALL}`,
    );
    expect(found[0]!.client).toMatchObject({ presenter: 'old', count: 2, example: 'payments' });
    expect(found.every(({ phase }) => phase === 'retired')).toBe(true);
  });

  test('reports a leaf that outlives its issuer', () => {
    const { old, next } = issuingSides(makeCa({ name: 'root g1' }), { oldCa: { notAfter: '2026-06-20' } });
    const found = prove(old, next).counterexamples;
    expect(told(found)).toEqual([
      `draining | good-refused | bundle unchanged | CRLs both | CN=issuing g1 (issued by CN=root g1) | expired | ${ALL}`,
    ]);
    // the clock that is ahead sees it first
    expect(found[0]!.clock.getTime()).toBeGreaterThan(Date.parse('2026-06-20T00:00:00Z'));
  });

  test('reports a CRL that expires before the end of the rotation', () => {
    const { old, next } = issuingSides(makeCa({ name: 'root g1' }));
    const [root, issuing] = old.crls;
    const last = { ...old, crls: [root!, { der: issuing!.der }] };
    const found = prove(last, next).counterexamples;
    expect(told(found)).toContain(
      `draining | good-refused | bundle unchanged | CRLs both | CN=payments (issued by CN=issuing g1) | crl-expired | ${ALL}`,
    );
    expect(found[0]!.at).toEqual(new Date('2026-06-08T00:00:00Z'));
  });

  test('reports a CRL that has expired already, and assumes no next one', () => {
    const { old, next, authorities } = issuingSides(makeCa({ name: 'root g1' }));
    const stale = crlOf(authorities.old, { nextUpdate: '2026-05-30' });
    const found = prove({ ...old, crls: [old.crls[0]!, stale] }, next).counterexamples;
    expect(told(found)).toContain(
      `prepared | good-refused | bundle unchanged | CRLs old | CN=payments (issued by CN=issuing g1) | crl-expired | ${ALL}`,
    );
  });

  test('reports a revoked leaf without the CRL of its issuer', () => {
    const { old, next, authorities } = issuingSides(makeCa({ name: 'root g1' }));
    const revoked = { ...newLeafOf(authorities.next, 'stolen'), revoked: true };
    const side = { ...next, presenters: [...next.presenters, presenter('new', [authorities.next], revoked)] };
    const found = prove(old, side, { both: { anchors: old.anchors, crls: old.crls } }).counterexamples;
    expect(told(found)).toContain(
      `activated | revoked-accepted | bundle unchanged | CRLs both | CN=stolen (issued by CN=issuing g2) | crl-missing | ${ALL}`,
    );
  });

  test('reports a revoked leaf that its CRL does not list', () => {
    const { old, next, authorities } = issuingSides(makeCa({ name: 'root g1' }));
    const revoked = { ...leafOf(authorities.old, 'stolen'), revoked: true };
    const side = { ...old, presenters: [...old.presenters, presenter('old', [authorities.old], revoked)] };
    expect(told(prove(side, next).counterexamples)).toContain(
      `prepared | revoked-accepted | bundle unchanged | CRLs old | CN=stolen (issued by CN=issuing g1) |  | ${ALL}`,
    );
  });

  test('reports a valid leaf that a CRL lists', () => {
    const { old, next, authorities } = issuingSides(makeCa({ name: 'root g1' }));
    const leaf = leafOf(authorities.old, 'victim');
    const side = {
      ...old,
      presenters: [...old.presenters, presenter('old', [authorities.old], leaf)],
      crls: [old.crls[0]!, crlOf(authorities.old, { revoked: [serialOf(leaf.der)] })],
    };
    const found = prove(side, next).counterexamples;
    expect(found.length).toBeGreaterThan(0);
    expect(found.every(({ refusal }) => refusal?.code === 'revoked')).toBe(true);
    expect(new Set(found.map(each => each[each.verifier === 'client' ? 'server' : 'client'].example))).toEqual(
      new Set(['victim']),
    );
  });

  test('reports an activation before every verifier has the new root', () => {
    const { old, next } = rootSides(rootRotation());
    const found = prove(old, next, { times: { activate: new Date('2026-06-01T12:00:00Z') } }).counterexamples;
    expect(told(found)).toContain(
      `activated | good-refused | bundle old | CRLs both | CN=issuing g1 (issued by CN=root g2) | no-issuer | ${ALL}`,
    );
    expect(told(found)).toContain(
      `activated | good-refused | bundle both | CRLs old | CN=issuing g1 (issued by CN=root g2) | crl-missing | ${ALL}`,
    );
  });

  test('reports a missing acknowledgement', () => {
    const { old, next } = rootSides(rootRotation());
    const found = prove(old, next, { unacknowledged: true }).counterexamples;
    expect(told(found)).toContain(
      `activated | good-refused | bundle old | CRLs both | CN=issuing g1 (issued by CN=root g2) | no-issuer | ${ALL}`,
    );
  });

  test('reports two CAs of one name: a verifier that matches by name takes the wrong key', () => {
    const { old, next } = rootSides(rootRotation({ newRoot: { name: 'root g1' } }));
    const found = prove(old, next).counterexamples;
    expect(found.length).toBeGreaterThan(0);
    expect(new Set(found.map(({ verifiers }) => verifiers.join()))).toEqual(new Set(['first-of-name']));
    expect(found[0]!.refusal?.code).toBe('signature-wrong');
  });

  test('reports a path that only a verifier which tries every path finds', () => {
    const { oldRoot, newRoot, issuing, cross } = rootRotation();
    const { old, next } = rootSides({ oldRoot, newRoot, issuing, cross });
    // the dead end is sent first
    const side = { ...next, presenters: [presenter('new', [issuing, cross], newLeafOf(issuing, 'payments'))] };
    const found = prove(old, side).counterexamples;
    expect(told(found)).toContain(
      `retired | good-refused | bundle new | CRLs both | CN=issuing g1 (issued by CN=root g1) | no-issuer | first-match+first-of-name`,
    );
  });

  test('reports a certificate whose notBefore is in the future', () => {
    const { old, next } = rootSides(rootRotation({ cross: { notBefore: '2026-06-05' } }));
    const found = prove(old, next).counterexamples;
    expect(told(found)).toContain(
      `activated | good-refused | bundle both | CRLs both | CN=issuing g1 (issued by CN=root g2) | not-valid-yet | ${ALL}`,
    );
  });
});

test('a planned certificate counts as signed by the CA that it names, and by no other', () => {
  const { oldRoot, newRoot, issuing } = rootRotation();
  const nobody = newKey();
  const unsigned = (issuer: TestCertificate) => ({ ...issuer, privateKey: nobody.privateKey });
  const cross = makeCa({ name: issuing.name, key: issuing, issuer: unsigned(newRoot) });
  const { old, next } = rootSides({ oldRoot, newRoot, issuing, cross });
  const [leaf] = next.presenters[0]!.leaves;
  const asPlanned = (planned: boolean): RotationSide => ({
    ...next,
    presenters: [{ name: 'new', chain: [{ ...known(cross), ...(planned && { planned }) }], leaves: [leaf!] }],
  });
  expect(told(prove(old, asPlanned(true)).counterexamples)).toEqual([]);
  expect(told(prove(old, asPlanned(false)).counterexamples)).not.toEqual([]);
});

test('a leaf that fails only by its dates is found in its class', () => {
  const { old, next, authorities } = issuingSides(makeCa({ name: 'root g1' }), { oldCa: { notAfter: '2026-06-20' } });
  const many = Array.from({ length: 100 }, () => leafOf(authorities.old, 'many', { notAfter: '2026-06-19' }));
  const side = { ...old, presenters: [presenter('old', [authorities.old], ...many, leafOf(authorities.old, 'one'))] };
  const [first] = prove(side, next).counterexamples;
  expect(first).toMatchObject({ refusal: { code: 'expired' }, client: { count: 101 } });
});

const pathLength = (limit: number) =>
  planted('basicConstraints', true, encodeBasicConstraints({ ca: true, pathLength: limit }));

const serialOf = (der: Uint8Array): number => decodeCertificate(der).tbs.serial.at(-1)!;
