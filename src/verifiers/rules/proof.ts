/**
 * Finds the handshakes of a situation that fail, or that a revoked peer passes. Rotation and recertification call it; it knows neither
 * the manifest nor the policy.
 */
import type { PathCertificate } from '../../pki/path/path-certificate.ts';
import { ROLES, type LeafClass, type Role } from './leaf-class.ts';
import { peerFault, type PeerFault, type VerifierState } from './peer-verdict.ts';
import { readSituation, type ReadPhase, type ReadSituation } from './read-situation.ts';
import type { RotationPhase, RotationSituation } from './situation.ts';

/** A handshake that would fail, or that a revoked peer would pass. */
export interface Counterexample extends PeerFault {
  readonly phase: RotationPhase;
  /** The first instant of the phase at which it happens. */
  readonly at: Date;
  /** The time that the verifier's clock shows then. */
  readonly clock: Date;
  readonly client: PeerClass;
  readonly server: PeerClass;
  /** The side that holds this bundle and these CRLs: the peer of the judged leaf. */
  readonly verifier: Role;
  readonly bundle: string;
  readonly crlSet: string;
  /** The number of checked combinations that fail. */
  readonly combinations: number;
}

/** Leaves of one class, as a message names them. */
interface PeerClass {
  readonly presenter: string;
  readonly revoked: boolean;
  readonly count: number;
  /** A service among them. */
  readonly example: string;
  readonly latestNotAfter: Date;
}

export interface RotationProof {
  /** Handshakes: client class, server class, and the bundle and the CRLs of each of them, at every instant. */
  readonly checked: number;
  readonly counterexamples: readonly Counterexample[];
}

/**
 * Checks every handshake of a rotation at every instant at which a validity begins or ends. The two validations of a handshake are
 * independent, so each is made once and the pairs are counted. Throws DerError for bytes that are not a certificate or CRL.
 */
export function proveRotation(situation: RotationSituation): RotationProof {
  const read = readSituation(situation);
  const proofs = read.phases.map(phase => provePhase(phase, read, situation));
  return {
    checked: proofs.reduce((sum, { checked }) => sum + checked, 0),
    counterexamples: proofs.flatMap(({ counterexamples }) => counterexamples),
  };
}

function provePhase(phase: ReadPhase, read: ReadSituation, { now, skew }: RotationSituation): RotationProof {
  const found = new Map<string, Counterexample>();
  let checked = 0;
  for (const at of instantsOf(phase, read, now, skew)) {
    const present = phase.classes.flatMap(each => {
      const leaf = presentedLeaf(each, at, skew);
      return leaf === undefined ? [] : [{ class: each, leaf }];
    });
    const peers = {
      client: present.filter(peer => peer.class.roles.includes('client')),
      server: present.filter(peer => peer.class.roles.includes('server')),
    };
    const states = phase.states.length;
    checked += peers.client.length * peers.server.length * states ** 2;
    for (const role of ROLES) {
      const others = peers[otherThan(role)];
      if (others.length === 0) continue;
      const other = (others.find(peer => !peer.class.revoked) ?? others[0]!).class;
      for (const { class: judged, leaf } of peers[role]) {
        for (const state of phase.states) {
          const fault = faultAt(leaf, judged, state, role, at, skew);
          if (fault === undefined) continue;
          note(found, phase, at, role, judged, other, state, fault, others.length * states);
        }
      }
    }
  }
  return { checked, counterexamples: [...found.values()] };
}

const otherThan = (role: Role): Role => (role === 'client' ? 'server' : 'client');

type FaultAt = PeerFault & { readonly clock: Date };

/** Checks with the slowest and the fastest clock. A validity is an interval, so every clock between gives the same result. */
function faultAt(
  leaf: PathCertificate,
  judged: LeafClass,
  state: VerifierState,
  role: Role,
  at: Date,
  skew: number,
): FaultAt | undefined {
  for (const clock of skew === 0 ? [at] : [shifted(at, -skew), shifted(at, skew)]) {
    const fault = peerFault(leaf, judged, state, role, clock);
    if (fault !== undefined) return { ...fault, clock };
  }
  return undefined;
}

function note(
  found: Map<string, Counterexample>,
  { phase, classes }: ReadPhase,
  at: Date,
  role: Role,
  judged: LeafClass,
  other: LeafClass,
  { bundle, crlSet }: VerifierState,
  fault: FaultAt,
  combinations: number,
): void {
  const key = [role, classes.indexOf(judged), bundle, crlSet, fault.kind, fault.refusal?.code].join(' ');
  const known = found.get(key);
  if (known !== undefined) {
    found.set(key, { ...known, combinations: known.combinations + combinations });
    return;
  }
  const peers = { [role]: described(judged), [otherThan(role)]: described(other) } as Record<Role, PeerClass>;
  found.set(key, {
    ...fault,
    ...peers,
    phase: phase.name,
    at,
    verifier: otherThan(role),
    bundle,
    crlSet,
    combinations,
  });
}

function described({ presenter, revoked, leaves }: LeafClass): PeerClass {
  const ends = leaves.map(({ certificate }) => certificate.tbs.notAfter.date.getTime());
  return {
    presenter: presenter.name,
    revoked,
    count: leaves.length,
    example: leaves[0]!.service,
    latestNotAfter: new Date(ends.reduce((latest, end) => Math.max(latest, end))),
  };
}

/** Returns the ends of the phase, and every instant within it at which a validity begins or ends. */
function instantsOf(
  { phase, classes }: ReadPhase,
  { authorities, crls }: ReadSituation,
  now: Date,
  skew: number,
): readonly Date[] {
  const from = Math.max(phase.from.getTime(), now.getTime());
  const until = phase.until.getTime();
  const instants = new Set([from, until]);
  const add = (date: Date | undefined, ...offsets: readonly number[]) => {
    for (const offset of offsets) if (date !== undefined) instants.add(date.getTime() + offset * 1000);
  };
  for (const { tbs } of authorities) {
    add(tbs.notBefore.date, 0);
    add(tbs.notAfter.date, 0, 1);
  }
  for (const { nextUpdate } of crls) add(nextUpdate?.date, 0, 1);
  for (const { leaves } of classes) {
    const [first, last] = presentedSpan(leaves.map(({ certificate }) => certificate));
    add(first, skew);
    add(last, -skew);
  }
  return [...instants]
    .filter(instant => from <= instant && instant <= until)
    .sort((a, b) => a - b)
    .map(instant => new Date(instant));
}

function presentedSpan(certificates: readonly PathCertificate[]): readonly [first: Date, last: Date] {
  let [first, last] = [Infinity, -Infinity];
  for (const { tbs } of certificates) {
    first = Math.min(first, tbs.notBefore.date.getTime());
    last = Math.max(last, tbs.notAfter.date.getTime());
  }
  return [new Date(first), new Date(last)];
}

/** Returns a leaf of the class that is in use at `at`, with a margin of `skew` at both ends. */
function presentedLeaf({ leaves }: LeafClass, at: Date, skew: number): PathCertificate | undefined {
  return leaves.find(
    ({ certificate: { tbs } }) => shifted(tbs.notBefore.date, skew) <= at && at <= shifted(tbs.notAfter.date, -skew),
  )?.certificate;
}

const shifted = (date: Date, seconds: number): Date => new Date(date.getTime() + seconds * 1000);
