/**
 * Lists the peers that may meet in each phase, and the bundles and CRLs that verifiers may hold. The proof calls it; it
 * judges nothing.
 */
import { equalBytes } from '../../pki/bytes.ts';
import type { RotationTimetable } from './timetable.ts';
import type {
  HeldBundle,
  HeldCrls,
  KnownCertificate,
  KnownCrl,
  Presenter,
  RotationPhase,
  RotationSituation,
} from '../../verifiers/rules/situation.ts';

/** The leaves, anchors and CRLs of the old CA, or of its successor. */
export interface RotationSide {
  readonly presenters: readonly Presenter[];
  /** The anchors of a verifier that knows this side alone. */
  readonly anchors: readonly KnownCertificate[];
  readonly crls: readonly KnownCrl[];
}

export interface RotationCourse {
  readonly now: Date;
  /** Seconds. */
  readonly skew: number;
  /** Seconds after which every verifier has the published files, and every service sends its new chain. */
  readonly soak: number;
  /** The leaves stay and get another chain; after their reload, services no longer send the old chain. */
  readonly rechained: boolean;
  /** The time of each step. */
  readonly times: Readonly<Record<keyof RotationTimetable, Date>>;
  readonly until: Date;
  /** A required acknowledgement of the bundle is missing. */
  readonly unacknowledged: boolean;
  readonly old: RotationSide;
  readonly next: RotationSide;
  /** The published anchors and CRLs while both CAs are trusted. */
  readonly both: Pick<RotationSide, 'anchors' | 'crls'>;
}

/**
 * Returns the handshakes that each phase allows. Published files reach every verifier within the soak; until then it may hold the previous
 * ones. The CRL of the new CA is published when it is prepared, its anchor when it is published.
 */
export function rotationPhases(course: RotationCourse): RotationSituation {
  const { now, skew, soak, rechained, times, until, unacknowledged, old, next, both } = course;
  const bundles = named(old.anchors, both.anchors, next.anchors, (name, anchors): HeldBundle => ({ name, anchors }));
  const crls = named(old.crls, both.crls, next.crls, (name, list): HeldCrls => ({ name, crls: list }));
  const soakLies = (from: Date, to: Date) => to.getTime() - from.getTime() >= soak * 1000;
  const reloaded = rechained && soakLies(times.drain, times.retire);
  // after an early activation some verifiers still hold the old files
  const settledFrom = (from: Date) => {
    const soaked = soakLies(times.publish, from > now ? from : now);
    return {
      bundles: soaked && !unacknowledged ? [bundles.both] : [bundles.old, bundles.both],
      crlSets: soaked ? [crls.both] : [crls.old, crls.both],
    };
  };
  const everyone = [...old.presenters, ...next.presenters];
  const phase = (
    name: RotationPhase,
    from: Date,
    end: Date,
    presenters: readonly Presenter[],
    held: { readonly bundles: readonly HeldBundle[]; readonly crlSets: readonly HeldCrls[] },
  ) => ({
    name,
    from,
    until: end,
    presenters,
    bundles: distinct(held.bundles, 'anchors'),
    crlSets: distinct(held.crlSets, 'crls'),
  });
  const phases = [
    phase('prepared', times.prepare, times.publish, old.presenters, {
      bundles: [bundles.old],
      crlSets: [crls.old, crls.both],
    }),
    phase('published', times.publish, times.activate, old.presenters, {
      bundles: [bundles.old, bundles.both],
      crlSets: [crls.old, crls.both],
    }),
    phase('activated', times.activate, times.drain, everyone, settledFrom(times.activate)),
    phase('draining', times.drain, times.retire, everyone, settledFrom(times.drain)),
    phase('retired', times.retire, until, reloaded ? next.presenters : everyone, {
      bundles: [bundles.both, bundles.new],
      crlSets: [crls.both, crls.new],
    }),
  ];
  return { now, skew, phases: phases.filter(each => each.until >= now) };
}

function named<Known extends KnownCertificate, Held>(
  old: readonly Known[],
  both: readonly Known[],
  next: readonly Known[],
  hold: (name: string, list: readonly Known[]) => Held,
): Readonly<Record<'old' | 'both' | 'new', Held>> {
  const changes = !holdsSame(old, both) || !holdsSame(both, next);
  const name = (name: string) => (changes ? name : 'unchanged');
  return { old: hold(name('old'), old), both: hold(name('both'), both), new: hold(name('new'), next) };
}

/** Removes elements that hold the same certificates as an earlier one. */
function distinct<Kind extends string, Held extends { readonly [kind in Kind]: readonly KnownCertificate[] }>(
  list: readonly Held[],
  kind: Kind,
): readonly Held[] {
  return list.filter((held, index) => list.findIndex(other => holdsSame(other[kind], held[kind])) === index);
}

const holdsSame = (a: readonly KnownCertificate[], b: readonly KnownCertificate[]): boolean =>
  a.length === b.length && a.every(({ der }) => b.some(other => equalBytes(der, other.der)));
