// Decides what is recorded of a published directory: last success, last try, problem and content.
// `run/record-publications.ts` stores the answer. It is pure.
import type { Publication, PublicationProblem, PublishedContent } from '../../record/publication.ts';

/** Content of a directory as one look found it. */
export interface SeenContent {
  readonly bundleSequence?: number;
  /** SHA-256 of each anchor. */
  readonly anchors: readonly string[];
  /** Numbers of the CRLs by CA. */
  readonly crls: ReadonlyMap<string, bigint>;
}

/** One try to publish to a directory. */
export interface PublicationTry {
  readonly directory: string;
  /** Why it failed; absent: the directory is up to date. */
  readonly problem?: Omit<PublicationProblem, 'since'>;
  /** Content before the try; absent: it could not be read. */
  readonly before?: SeenContent;
  /** Content after the try; absent: it could not be read. */
  readonly after?: SeenContent;
}

/** Seconds after which an unchanged success is recorded again: idle runs write nothing in between. */
const RECORD_AGAIN = 3600;

/**
 * Makes the next record of a directory. An anchor or a CRL keeps its time only if the directory still had it before this try: what was
 * missing in between was not published. Returns undefined when the present record says enough.
 */
export function nextPublication(
  present: Publication | undefined,
  tried: PublicationTry,
  now: Date,
): Publication | undefined {
  const held = nextContent(present?.held, tried, now);
  const { directory, problem } = tried;
  if (problem === undefined && present !== undefined && isEnough(present, held, now)) return undefined;
  const succeededAt = problem === undefined ? now : present?.succeededAt;
  return {
    ...{ directory, triedAt: now, held },
    ...(succeededAt && { succeededAt }),
    ...(problem && { problem: { ...problem, since: present?.problem?.since ?? now } }),
  };
}

function nextContent(
  present: PublishedContent | undefined,
  { before, after }: PublicationTry,
  now: Date,
): PublishedContent {
  // a directory that cannot be read may still hold it all: the next look decides
  if (after === undefined) return present ?? { anchors: new Map(), crls: new Map() };
  // a time in the future comes from a wrong clock
  const keeps = (was: boolean | undefined, since: Date | undefined): Date =>
    was === false || since === undefined || since > now ? now : since;
  return {
    ...(after.bundleSequence !== undefined && { bundleSequence: after.bundleSequence }),
    anchors: new Map(
      after.anchors.map(sha256 => [sha256, keeps(before?.anchors.includes(sha256), present?.anchors.get(sha256))]),
    ),
    crls: new Map(
      [...after.crls].map(([ca, number]) => [
        ca,
        { number, since: keeps(before?.crls.has(ca), present?.crls.get(ca)?.since) },
      ]),
    ),
  };
}

/** True if the record is a recent success with the same content. */
function isEnough({ succeededAt, triedAt, problem, held }: Publication, next: PublishedContent, now: Date): boolean {
  if (problem !== undefined || succeededAt === undefined) return false;
  const age = (now.getTime() - succeededAt.getTime()) / 1000;
  return age >= 0 && age < RECORD_AGAIN && triedAt <= now && sameContent(held, next);
}

const sameContent = (a: PublishedContent, b: PublishedContent): boolean =>
  a.bundleSequence === b.bundleSequence &&
  a.anchors.size === b.anchors.size &&
  a.crls.size === b.crls.size &&
  [...a.anchors].every(([sha256, since]) => b.anchors.get(sha256)?.getTime() === since.getTime()) &&
  [...a.crls].every(([ca, { number, since }]) => {
    const other = b.crls.get(ca);
    return other?.number === number && other.since.getTime() === since.getTime();
  });
