import { expect, test } from 'vitest';
import type { RotationPlan } from '../../../src/rotation/run/plan.ts';
import type { Counterexample } from '../../../src/verifiers/rules/proof.ts';
import { rotationTimetable } from '../../../src/rotation/rules/timetable.ts';
import { refusal } from '../../../src/pki/path/refusal.ts';
import { rotationProofView } from '../../../src/rotation/view/proof.ts';

const day = (text: string): Date => new Date(`${text}T00:00:00Z`);
const DAY = 86_400;
const NOW = day('2026-11-21');

const timetable = rotationTimetable(
  {
    certificate: { notBefore: day('2026-01-01'), notAfter: day('2027-01-01') },
    longestChild: 5 * DAY,
    longestLeaf: 5 * DAY,
    soak: DAY,
    rechained: false,
    done: { prepare: day('2026-11-20') },
  },
  NOW,
);

const proof = (...counterexamples: Counterexample[]): RotationPlan => ({
  fromId: 'issuing-g1',
  toId: 'issuing-g2',
  timetable,
  checked: 117,
  counterexamples,
  gaps: [],
  isExtendable: false,
  gates: [],
});

const peer = { presenter: 'issuing-g2', revoked: false, count: 3, example: 'payments', latestNotAfter: NOW };
const missing: Counterexample = {
  phase: 'activated',
  at: NOW,
  clock: NOW,
  client: peer,
  server: { ...peer, presenter: 'issuing-g1', example: 'ledger', count: 1 },
  verifier: 'server',
  bundle: 'unchanged',
  crlSet: 'old',
  combinations: 7,
  kind: 'good-refused',
  verifiers: ['every-path', 'first-match', 'first-of-name'],
  certificate: 'CN=payments (issued by CN=Issuing g2)',
  refusal: refusal('crl-missing', 'there is no CRL of its issuer'),
};

test('the table shows the timetable and a proof without counterexamples', () => {
  expect(rotationProofView(proof(), NOW).table()).toBe(
    [
      'issuing-g1 is replaced by issuing-g2',
      '',
      'STEP      NOT BEFORE            DUE                                LATEST SAFE',
      'prepare   -                     done 2026-11-20T00:00:00Z          -',
      'publish   2026-11-21T00:00:00Z  2026-12-02T00:00:00Z (in 11 days)  2026-12-26T00:00:00Z (in 35 days)',
      'activate  2026-11-22T00:00:00Z  2026-12-13T00:00:00Z (in 22 days)  2026-12-27T00:00:00Z (in 36 days)',
      'drain     2026-11-22T00:00:00Z  2026-12-13T00:00:00Z (in 22 days)  2026-12-31T00:00:00Z (in 40 days)',
      'retire    2026-11-27T00:00:01Z  2026-12-18T00:00:01Z (in 27 days)  -',
      '',
      'proof: all 117 combinations of certificates, bundles and CRLs verify',
      '',
    ].join('\n'),
  );
});

test('a counterexample names the phase, the verifier, the peer, the certificate and the reason', () => {
  const text = rotationProofView(proof(missing), NOW).table();
  expect(text.split('\n').slice(9)).toEqual([
    'proof: at least 7 of 117 combinations fail',
    '  in phase activated, at 2026-11-21T00:00:00Z, a server with the bundle and the old CRLs rejects the client payments and 2 more' +
      ' (chain of issuing-g2): CN=payments (issued by CN=Issuing g2): there is no CRL of its issuer [crl-missing, RFC 5280 §6.3.3]',
    '',
  ]);
});

test('a counterexample says which verifiers may accept a revoked leaf', () => {
  const { refusal: _, ...accepted } = { ...missing, kind: 'revoked-accepted' as const };
  expect(rotationProofView(proof({ ...accepted, refusal: undefined }), NOW).table()).toContain(
    'may accept the revoked client payments and 2 more (chain of issuing-g2): CN=payments (issued by CN=Issuing g2): no CRL lists it',
  );
  const byName = { ...missing, verifiers: ['first-of-name'] as const };
  expect(rotationProofView(proof(byName), NOW).table()).toContain(
    'a server with the bundle and the old CRLs that matches issuers by name alone rejects the client payments',
  );
});

test('the table lists five counterexamples, and JSON lists all', () => {
  const view = rotationProofView(proof(...Array.from({ length: 7 }, () => missing)), NOW);
  expect(view.table()).toContain('and 2 more; -o json lists all');
  expect(view.json().value).toMatchObject({ proof: { checked: 117, failed: 49, counterexamples: { length: 7 } } });
});
