/**
 * Plans the course of a rotation: the certificates, bundles and CRLs in use from now to its end. The proof
 * calls it. It finds what cannot be issued, judges nothing else, and reads no file and no clock.
 */
import { equalBytes } from '../../pki/bytes.ts';
import { sameName } from '../../pki/name/name.ts';
import { decodeCertificate } from '../../pki/certificate/parsed.ts';
import { isCertified, leafTier } from '../../ca/rules/active-issuer.ts';
import type { Rotation } from '../../record/rotation.ts';
import { factsOf, plannedCrl, plannedLeaf, PLANNED_SERVICE } from './planned-certificate.ts';
import type { RotationCourse } from './phases.ts';
import {
  addressOf,
  planBelow,
  plannedSigner,
  rotationSides,
  signerOf,
  type RotationSides,
  type ServedBy,
  type Signer,
} from './sides.ts';
import {
  SKEW,
  type KnownCertificate,
  type KnownCrl,
  type KnownLeaf,
  type Presenter,
} from '../../verifiers/rules/situation.ts';
import {
  issuedEnd,
  leafGaps,
  rootGaps,
  shortestLifetime,
  type GapWayOut,
  type IssuingGap,
  type IssuingWork,
  type LeafDemand,
} from './issuing-gap.ts';
import { LONGEST_DURATION } from '../../time/duration.ts';
import { rotationTimetable, type RotationStep, type RotationTimetable, type TimetableFacts } from './timetable.ts';
import { rootNeededFrom } from './outlook.ts';
import type { RotationStart } from './sides.ts';

export interface PlannedRotation {
  readonly fromId: string;
  readonly toId: string;
  readonly timetable: RotationTimetable;
  readonly course: RotationCourse;
  /** Certificates that the successor, or a CA below it, cannot issue; the course lacks them. */
  readonly gaps: readonly IssuingGap[];
  /** A change that leaves no gap; absent: there is no gap, or no such change. */
  readonly wayOut?: GapWayOut;
}

/**
 * Plans the course of a rotation from now on, from existing and planned certificates. Returns undefined when there is no CA to replace, or
 * no CA to certify the successor.
 */
export function planRotationCourse(start: RotationStart): PlannedRotation | undefined {
  const { now, rotation, unacknowledged } = start;
  const both = rotation === undefined ? plannedPair(start) : recordedPair(rotation, start);
  if (both === undefined) return undefined;
  const { from, to } = both;
  const sides = rotationSides(from, to, start);
  const soak = rotation?.soak ?? start.soak;
  const facts = timetableFacts(from, sides, soak, start);
  const times = timesOf(rotationTimetable(facts, now), now);
  const work = workOf(times, start);
  const timetable = rotationTimetable({ ...facts, lastStart: lastStartOf(to, sides, work, start) }, now);
  const gaps = gapsOf(to, sides, work, start);
  const wayOut = gaps.length === 0 ? undefined : wayOutOf(to, sides, work, start);
  const presenters = presentersOf(to, sides, times, work, start);
  const newcomers = [to, ...sides.made];
  const crls = crlsOf(newcomers, start);
  const crlsBut = (...ids: readonly string[]) => [...crls].flatMap(([id, crl]) => (ids.includes(id) ? [] : [crl]));
  const anchors = anchorsOf(to, start);
  return {
    fromId: from.id,
    toId: to.id,
    timetable,
    gaps,
    ...(wayOut && { wayOut }),
    course: {
      now,
      skew: SKEW,
      soak,
      rechained: sides.rechained,
      times,
      until: new Date(times.retire.getTime() + soak * 1000),
      unacknowledged,
      old: {
        presenters: presenters.old,
        anchors: anchors.filter(each => !isSame(each, to.certificate)),
        crls: crlsBut(...newcomers.map(({ id }) => id)),
      },
      next: {
        presenters: presenters.next,
        anchors: anchors.filter(each => !isSame(each, from.certificate)),
        crls: stillSigned(sides.next, from, to) || owesCrl(sides.old, start) ? crlsBut() : crlsBut(from.id),
      },
      both: { anchors, crls: crlsBut() },
    },
  };
}

interface Pair {
  readonly from: Signer;
  readonly to: Signer;
}

/** Returns both CAs with the certificates that they have. */
function recordedPair({ fromId, toId }: Rotation, start: RotationStart): Pair {
  const known = (id: string) =>
    signerOf(
      start.authorities.filter(isCertified).find(each => each.id === id)!,
      start,
    );
  return { from: known(fromId), to: known(toId) };
}

function plannedPair(start: RotationStart): Pair | undefined {
  if (start.successor === undefined) return undefined;
  const { from, planned, above } = start.successor;
  return { from: signerOf(from, start), to: plannedSigner(planned, above && signerOf(above, start), start) };
}

const isSame = (a: KnownCertificate, b: KnownCertificate): boolean => equalBytes(a.der, b.der);

/** Returns the published anchors, and the new root until it is published. */
function anchorsOf(to: Signer, { anchors, rotation }: RotationStart): readonly KnownCertificate[] {
  const known = anchors.map(der => ({ der }));
  const awaited = to.tier === 'root' && rotation?.publishedAt === undefined;
  return awaited && !known.some(each => isSame(each, to.certificate)) ? [...known, to.certificate] : known;
}

/** Returns the published CRLs, which their CAs keep current, and the first CRL of each planned CA. */
function crlsOf(
  newcomers: readonly Signer[],
  { authorities, crls, now, crlLifetime }: RotationStart,
): ReadonlyMap<string, KnownCrl> {
  const all = new Map<string, KnownCrl>();
  for (const { id, state, keyLocation, certificate } of authorities.filter(isCertified)) {
    const der = crls.get(id);
    if (der === undefined) continue;
    const last = state === 'retired' || keyLocation === 'destroyed';
    all.set(id, last ? { der } : { der, refreshedUntil: certificate.notAfter });
  }
  for (const { id, certificate, keyAlgorithm, notAfter } of newcomers) {
    if (!certificate.planned) continue;
    const ends = new Date(now.getTime() + crlLifetime * 1000);
    const first = plannedCrl(factsOf(certificate, keyAlgorithm), new Date(now.getTime() - SKEW * 1000), ends);
    all.set(id, { ...first, refreshedUntil: notAfter });
  }
  return all;
}

/** Tests for a chain that needs a CRL of the old CA to the end. A cross-certificate by it does not count. */
function stillSigned(next: readonly ServedBy[], from: Signer, to: Signer): boolean {
  const [old, successor] = [from, to].map(({ certificate }) => decodeCertificate(certificate.der).tbs.subject);
  return next.some(({ chain }) =>
    chain.some(({ der }) => {
      const { issuer, subject } = decodeCertificate(der).tbs;
      return sameName(issuer, old!) && !sameName(subject, successor!);
    }),
  );
}

/** Tests for unexpired leaves of the old CA that are all revoked: its last CRL then stays published. */
function owesCrl(old: readonly ServedBy[], { leaves }: RotationStart): boolean {
  const signers = new Set(old.map(({ signer }) => signer.id));
  const left = leaves.filter(({ authorityId }) => signers.has(authorityId));
  return left.length > 0 && left.every(({ revoked }) => revoked);
}

function timetableFacts(from: Signer, sides: RotationSides, soak: number, start: RotationStart): TimetableFacts {
  const { rotation, step, now, leaves, demands } = start;
  const lifetimes = leaves.map(({ notBefore, notAfter }) => (notAfter.getTime() - notBefore.getTime()) / 1000);
  const longestLeaf = lifetimes.reduce((a, b) => Math.max(a, b), policyTtl(demands));
  const issuers = sides.old.map(({ signer }) => (signer.notAfter.getTime() - signer.notBefore.getTime()) / 1000);
  const old = new Set(from.tier === leafTier(start.authorities) ? [from.id] : sides.old.map(({ signer }) => signer.id));
  const ends = leaves.filter(each => !each.revoked && old.has(each.authorityId)).map(each => each.notAfter.getTime());
  const done = { ...doneSteps(rotation) };
  if (step !== undefined) done[step] ??= now;
  const isLeafTier = from.tier === leafTier(start.authorities);
  return {
    certificate: from,
    longestChild: isLeafTier ? longestLeaf : issuers.reduce((a, b) => Math.max(a, b), 0),
    longestLeaf,
    latestLeafEnd: ends.length === 0 ? undefined : new Date(ends.reduce((a, b) => Math.max(a, b))),
    soak,
    rechained: sides.rechained,
    issuesLeaves: isLeafTier,
    neededFrom: isLeafTier ? undefined : rootNeededFrom({ authorities: start.authorities, longestLeaf, soak }),
    done,
  };
}

/** Returns the last second at which a prepared CA can begin to issue without a gap. Undefined if there is none. */
function lastStartOf(to: Signer, sides: RotationSides, work: IssuingWork, start: RotationStart): Date | undefined {
  if (start.rotation === undefined || !work.isAwaited) return undefined;
  const wait = work.retiredAt.getTime() - work.from.getTime();
  const isWhole = (seconds: number): boolean => {
    const from = new Date(work.from.getTime() + seconds * 1000);
    return gapsOf(to, sides, { ...work, from, retiredAt: new Date(from.getTime() + wait) }, start).length === 0;
  };
  let [last, tooLate] = [0, Math.ceil((to.notAfter.getTime() - work.from.getTime()) / 1000)];
  if (tooLate <= 0 || !isWhole(last)) return undefined;
  while (tooLate - last > 1) {
    const middle = Math.floor((last + tooLate) / 2);
    if (isWhole(middle)) last = middle;
    else tooLate = middle;
  }
  return new Date(work.from.getTime() + last * 1000);
}

function doneSteps(rotation: Rotation | undefined): Partial<Record<RotationStep, Date>> {
  if (rotation === undefined) return {};
  const { preparedAt, publishedAt, activatedAt, drainingSince } = rotation;
  return {
    prepare: preparedAt,
    ...(publishedAt && { publish: publishedAt }),
    ...(activatedAt && { activate: activatedAt }),
    ...(drainingSince && { drain: drainingSince }),
  };
}

/** Returns the earliest time of each step, never before the previous step. */
function timesOf(timetable: RotationTimetable, now: Date): RotationCourse['times'] {
  let last = timetable.prepare.doneAt ?? now;
  const times = Object.entries(timetable).map(([step, { earliest }]) => {
    if (earliest > last) last = earliest;
    return [step, last] as const;
  });
  return Object.fromEntries(times) as RotationCourse['times'];
}

function workOf(
  times: RotationCourse['times'],
  { demands, notAfterPolicy, rotation, now, soak }: RotationStart,
): IssuingWork {
  const from = later(times.activate, now);
  const isAwaited = rotation?.activatedAt === undefined;
  return { demands, notAfterPolicy, from, retiredAt: later(times.retire, from), isAwaited, soak };
}

/** Returns the gaps of the successor, and of the CAs that have to be created below it. */
function gapsOf(
  to: Signer,
  { next, made }: RotationSides,
  work: IssuingWork,
  start: RotationStart,
): readonly IssuingGap[] {
  if (to.tier === leafTier(start.authorities)) return leafGaps(to, work);
  const below = next.map(({ signer }) => signer).filter(({ isActive }) => isActive);
  // created after the activation of the root: they expire no later than the root
  const beneath = made.map(({ after }) => planBelow(after, to, { ...start, now: work.from }));
  return [...rootGaps(to, below, work), ...beneath.flatMap(each => leafGaps(each, work))];
}

/** Seconds that a suggested lifetime adds, so the suggestion still works after two weeks without an operator. */
const GRACE = 14 * 86_400;

function wayOutOf(to: Signer, sides: RotationSides, work: IssuingWork, start: RotationStart): GapWayOut | undefined {
  const { authorities, successor, now } = start;
  const recorded = authorities.find(({ id }) => id === to.id);
  // an extended certificate may begin later than the first one, but not later than the CA was made
  const notBefore = recorded === undefined ? to.notBefore : later(to.notBefore, recorded.createdAt);
  const ending = (notAfter: Date) => gapsOf({ ...to, notBefore, notAfter }, sides, work, start);
  const issuerId = successor?.above?.id ?? recorded?.certificate?.issuerId;
  const above = authorities.find(({ id }) => id === issuerId && id !== to.id)?.certificate;
  const most = above && Math.floor((above.notAfter.getTime() - now.getTime()) / 1000);
  const seconds = shortestLifetime(ending, Math.max(0, most ?? LONGEST_DURATION), now);
  if (seconds !== undefined) return { kind: 'lifetime', seconds: Math.min(seconds + GRACE, most ?? LONGEST_DURATION) };
  const isHeldBack = most !== undefined && shortestLifetime(ending, LONGEST_DURATION, now) !== undefined;
  return isHeldBack ? { kind: 'root-first' } : undefined;
}

/** Returns the existing leaves, and the future leaves that the activation and the retirement add. */
function presentersOf(
  to: Signer,
  sides: RotationSides,
  times: RotationCourse['times'],
  work: IssuingWork,
  start: RotationStart,
) {
  const { leaves, now, trustDomain, backdate, demands, crlUrl } = start;
  const ttl = policyTtl(demands);
  const known = new Map<string, KnownLeaf[]>();
  for (const { authorityId, service, revoked, der } of leaves) {
    const list = known.get(authorityId);
    const leaf = { service, revoked, der };
    if (list === undefined) known.set(authorityId, [leaf]);
    else list.push(leaf);
  }
  const judged = new Set([to.id, ...sides.made.map(({ id }) => id)]);
  const toCome = ({ signer }: ServedBy, at: Date): readonly KnownLeaf[] => {
    const notBefore = later(new Date(at.getTime() - backdate * 1000), signer.notBefore);
    // a CA that already issues is not judged: its last leaf expires with it
    const whole = new Date(at.getTime() + ttl * 1000);
    const end = judged.has(signer.id)
      ? issuedEnd(ttl, signer, work, at)
      : { notAfter: whole < signer.notAfter ? whole : signer.notAfter };
    if (at < now || !('notAfter' in end) || end.notAfter <= at) return [];
    const { notAfter } = end;
    const facts = factsOf(signer.certificate, signer.keyAlgorithm);
    const leaf = plannedLeaf(facts, { notBefore, notAfter }, trustDomain, addressOf(crlUrl, signer));
    return [{ ...leaf, service: PLANNED_SERVICE, revoked: false }];
  };
  const presenter = (served: ServedBy, ...issuedAt: readonly Date[]): Presenter => ({
    name: served.name,
    chain: served.chain,
    leaves: [...(known.get(served.signer.id) ?? []), ...issuedAt.flatMap(at => toCome(served, at))],
  });
  return {
    old: sides.old.map(served => presenter(served, ...(served.signer.isActive ? [times.activate] : []))),
    next: sides.next.map(served => presenter(served, later(times.activate, now), times.retire)),
  };
}

/** Returns the lifetime of a leaf in seconds where a service sets none. */
const policyTtl = ([first]: readonly LeafDemand[]): number => first!.ttl;

const later = (a: Date, b: Date): Date => (a > b ? a : b);
