import { equalBytes } from '../../pki/bytes.ts';
import { sameName } from '../../pki/name/name.ts';
import { decodeCertificate } from '../../pki/certificate/parsed.ts';
import { isCertified, leafTier, newestActive, replaceable } from '../../ca/rules/active-issuer.ts';
import type { Rotation } from '../../record/rotation.ts';
import { factsOf, plannedCrl, plannedLeaf, PLANNED_SERVICE } from './planned-certificate.ts';
import type { RotationCourse } from './phases.ts';
import {
  addressOf,
  plannedSuccessor,
  rotationSides,
  signerOf,
  type RotationSides,
  type ServedBy,
  type Signer,
} from './sides.ts';
import type { KnownCertificate, KnownCrl, KnownLeaf, Presenter } from '../../verifiers/rules/situation.ts';
import { rotationTimetable, type RotationStep, type RotationTimetable } from './timetable.ts';
import type { RotationStart } from './sides.ts';

export interface PlannedRotation {
  readonly fromId: string;
  readonly toId: string;
  readonly timetable: RotationTimetable;
  readonly course: RotationCourse;
}

/** Seconds that no verifier's clock is off by more: what CRLs are backdated by. */
const SKEW = 60;

/**
 * The course that a rotation takes from here, of what exists and of what would be made; undefined when there is no CA to replace, or
 * none to certify the next.
 */
export function planRotationCourse(start: RotationStart): PlannedRotation | undefined {
  const { now, tier, rotation, unacknowledged } = start;
  const replaced = rotation
    ? start.authorities.find(({ id }) => id === rotation.fromId)
    : replaceable(start.authorities, tier);
  if (replaced === undefined || !isCertified(replaced)) return undefined;
  const from = signerOf(replaced, start);
  const isUncertifiable = tier === 'issuing' && newestActive(start.authorities, 'root') === undefined;
  if (rotation === undefined && isUncertifiable) return undefined;
  const coming = start.authorities.filter(isCertified).find(({ id }) => id === rotation?.toId);
  const to = coming ? signerOf(coming, start) : plannedSuccessor(from, start);
  const sides = rotationSides(from, to, start);
  const soak = rotation?.soak ?? start.soak;
  const timetable = timetableOf(from, sides, soak, start);
  const times = timesOf(timetable, now);
  const presenters = presentersOf(sides, times, start);
  const newcomers = [to, ...sides.made];
  const crls = crlsOf(newcomers, start);
  const crlsBut = (...ids: readonly string[]) => [...crls].flatMap(([id, crl]) => (ids.includes(id) ? [] : [crl]));
  const anchors = anchorsOf(to, start);
  return {
    fromId: from.id,
    toId: to.id,
    timetable,
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

const isSame = (a: KnownCertificate, b: KnownCertificate): boolean => equalBytes(a.der, b.der);

/** What verifiers are given; with the new root as long as it was not published. */
function anchorsOf(to: Signer, { anchors, rotation }: RotationStart): readonly KnownCertificate[] {
  const known = anchors.map(der => ({ der }));
  const awaited = to.tier === 'root' && rotation?.publishedAt === undefined;
  return awaited && !known.some(each => isSame(each, to.certificate)) ? [...known, to.certificate] : known;
}

/** What is published, kept fresh by whoever still signs; and the first of a CA that is planned. */
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

/** Whether a chain that is sent to the end needs a CRL of the CA that goes; a cross certificate for those who still trust it does not. */
function stillSigned(next: readonly ServedBy[], from: Signer, to: Signer): boolean {
  const [old, successor] = [from, to].map(({ certificate }) => decodeCertificate(certificate.der).tbs.subject);
  return next.some(({ chain }) =>
    chain.some(({ der }) => {
      const { issuer, subject } = decodeCertificate(der).tbs;
      return sameName(issuer, old!) && !sameName(subject, successor!);
    }),
  );
}

/** The last CRL of the CA that goes stays published while a leaf that it revokes has not expired: where no other leaf is left. */
function owesCrl(old: readonly ServedBy[], { leaves }: RotationStart): boolean {
  const signers = new Set(old.map(({ signer }) => signer.id));
  const left = leaves.filter(({ authorityId }) => signers.has(authorityId));
  return left.length > 0 && left.every(({ revoked }) => revoked);
}

function timetableOf(from: Signer, sides: RotationSides, soak: number, start: RotationStart): RotationTimetable {
  const { rotation, step, now, leaves, leafLifetime } = start;
  const lifetimes = leaves.map(({ notBefore, notAfter }) => (notAfter.getTime() - notBefore.getTime()) / 1000);
  const longestLeaf = lifetimes.reduce((a, b) => Math.max(a, b), leafLifetime);
  const issuers = sides.old.map(({ signer }) => (signer.notAfter.getTime() - signer.notBefore.getTime()) / 1000);
  const old = new Set(from.tier === leafTier(start.authorities) ? [from.id] : sides.old.map(({ signer }) => signer.id));
  const ends = leaves.filter(each => !each.revoked && old.has(each.authorityId)).map(each => each.notAfter.getTime());
  const done = { ...doneSteps(rotation) };
  if (step !== undefined) done[step] ??= now;
  const isLeafTier = from.tier === leafTier(start.authorities);
  return rotationTimetable(
    {
      certificate: from,
      longestChild: isLeafTier ? longestLeaf : issuers.reduce((a, b) => Math.max(a, b), 0),
      longestLeaf,
      latestLeafEnd: ends.length === 0 ? undefined : new Date(ends.reduce((a, b) => Math.max(a, b))),
      soak,
      rechained: sides.rechained,
      done,
    },
    now,
  );
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

/** Every step as soon as it may be taken, and none before the one in front of it. */
function timesOf(timetable: RotationTimetable, now: Date): RotationCourse['times'] {
  let last = timetable.prepare.doneAt ?? now;
  const times = Object.entries(timetable).map(([step, { earliest }]) => {
    if (earliest > last) last = earliest;
    return [step, last] as const;
  });
  return Object.fromEntries(times) as RotationCourse['times'];
}

/** The leaves that exist, and those that will be issued: just before the activation, at it, and when the old CA is gone. */
function presentersOf(sides: RotationSides, times: RotationCourse['times'], start: RotationStart) {
  const { leaves, now, trustDomain, backdate, leafLifetime, crlUrl } = start;
  const known = new Map<string, KnownLeaf[]>();
  for (const { authorityId, service, revoked, der } of leaves) {
    const list = known.get(authorityId);
    const leaf = { service, revoked, der };
    if (list === undefined) known.set(authorityId, [leaf]);
    else list.push(leaf);
  }
  const toCome = ({ signer }: ServedBy, at: Date): readonly KnownLeaf[] => {
    const notBefore = later(new Date(at.getTime() - backdate * 1000), signer.notBefore);
    const end = new Date(at.getTime() + leafLifetime * 1000);
    const notAfter = end < signer.notAfter ? end : signer.notAfter;
    if (at < now || notAfter <= at) return [];
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

const later = (a: Date, b: Date): Date => (a > b ? a : b);
