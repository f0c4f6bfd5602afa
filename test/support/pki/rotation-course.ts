import type { RotationCourse, RotationSide } from '../../../src/rotation/rules/phases.ts';
import type { KnownCertificate, KnownCrl, KnownLeaf, Presenter } from '../../../src/verifiers/rules/situation.ts';
import { makeCa, makeCrl, makeLeaf, NOW, type TestCertificate, type Wanted, type WantedCrl } from './path-pki.ts';

const at = (text: string): Date => new Date(`${text}T00:00:00Z`);

/** A rotation without faults, for a test to change. Old leaves expire on 30 June. */
const TIMES = {
  prepare: NOW,
  publish: NOW,
  activate: at('2026-06-02'),
  drain: at('2026-06-03'),
  retire: at('2026-07-02'),
};

export const known = ({ der }: TestCertificate): KnownCertificate => ({ der });

export const crlOf = (issuer: TestCertificate, changes: Partial<WantedCrl> = {}): KnownCrl => ({
  der: makeCrl({ issuer, ...changes }),
  refreshedUntil: at('2027-01-01'),
});

export const leafOf = (issuer: TestCertificate, service: string, changes: Partial<Wanted> = {}): KnownLeaf => ({
  service,
  revoked: false,
  der: makeLeaf({ name: service, issuer, notBefore: '2026-05-15', notAfter: '2026-06-30', ...changes }).der,
});

export const newLeafOf = (issuer: TestCertificate, service: string, changes: Partial<Wanted> = {}): KnownLeaf =>
  leafOf(issuer, service, { notBefore: '2026-06-01', notAfter: '2026-07-20', ...changes });

export const presenter = (
  name: string,
  chain: readonly TestCertificate[],
  ...leaves: readonly KnownLeaf[]
): Presenter => ({ name, chain: chain.map(known), leaves });

export function courseOf(
  old: RotationSide,
  next: RotationSide,
  changes: Omit<Partial<RotationCourse>, 'times'> & { readonly times?: Partial<RotationCourse['times']> } = {},
): RotationCourse {
  const { times, ...others } = changes;
  return {
    now: NOW,
    skew: 60,
    soak: 86_400,
    rechained: false,
    until: at('2026-07-10'),
    unacknowledged: false,
    old,
    next,
    both: { anchors: union(old.anchors, next.anchors), crls: union(old.crls, next.crls) },
    ...others,
    times: { ...TIMES, ...times },
  };
}

const union = <T extends KnownCertificate>(a: readonly T[], b: readonly T[]): readonly T[] => [
  ...a,
  ...b.filter(each => !a.includes(each)),
];

/** A new root beside the old one; both certify the issuing CA. */
export interface RootRotation {
  readonly oldRoot: TestCertificate;
  readonly newRoot: TestCertificate;
  readonly issuing: TestCertificate;
  /** The issuing CA, certified by the new root. */
  readonly cross: TestCertificate;
}

export function rootRotation(
  changes: {
    readonly oldRoot?: Partial<Wanted>;
    readonly newRoot?: Partial<Wanted>;
    readonly cross?: Partial<Wanted>;
  } = {},
): RootRotation {
  const oldRoot = makeCa({ name: 'root g1', ...changes.oldRoot });
  const newRoot = makeCa({ name: 'root g2', ...changes.newRoot });
  const issuing = makeCa({ name: 'issuing g1', issuer: oldRoot });
  const cross = makeCa({ name: issuing.name, key: issuing, issuer: newRoot, ...changes.cross });
  return { oldRoot, newRoot, issuing, cross };
}

export function rootSides({ oldRoot, newRoot, issuing, cross }: RootRotation): {
  old: RotationSide;
  next: RotationSide;
} {
  const shared = crlOf(issuing);
  return {
    old: {
      presenters: [presenter('old', [issuing], leafOf(issuing, 'payments'), leafOf(issuing, 'ledger'))],
      anchors: [known(oldRoot)],
      crls: [shared, crlOf(oldRoot)],
    },
    next: {
      presenters: [presenter('new', [cross], newLeafOf(issuing, 'payments'))],
      anchors: [known(newRoot)],
      crls: [shared, crlOf(newRoot)],
    },
  };
}

/** A new issuing CA below the same root. */
export function issuingSides(
  root: TestCertificate,
  changes: { readonly oldLeaf?: Partial<Wanted>; readonly oldCa?: Partial<Wanted> } = {},
) {
  const old = makeCa({ name: 'issuing g1', issuer: root, ...changes.oldCa });
  const next = makeCa({ name: 'issuing g2', issuer: root });
  const shared = { root: crlOf(root), anchors: [known(root)] };
  return {
    old: {
      presenters: [presenter('old', [old], leafOf(old, 'payments', changes.oldLeaf))],
      anchors: shared.anchors,
      crls: [shared.root, crlOf(old)],
    },
    next: {
      presenters: [presenter('new', [next], newLeafOf(next, 'payments'))],
      anchors: shared.anchors,
      crls: [shared.root, crlOf(next)],
    },
    authorities: { old, next },
  };
}
