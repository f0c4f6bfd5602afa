// Judges what public/ and each published directory hold: may verifiers that load it trust its anchors, and use its CRLs?
// The source `publications` reads the facts. A fault that another finding already names has no finding here.
import type { Crl } from '../../record/crl.ts';
import type { FileProblem, HeldAnchor, HeldCrl, PublishedState } from '../../publication/rules/published-state.ts';
import { plural } from '../../text/plural.ts';
import type { Finding, FindingName, Severity } from './finding.ts';
import { urgency, type CheckThresholds } from './thresholds.ts';

export interface DirectoryFacts {
  readonly state: PublishedState;
  /** The newest CRL of each CA in the manifest. */
  readonly latest: ReadonlyMap<string, Crl>;
  /** Ids of the anchors that it lacks. */
  readonly missingAnchors: readonly string[];
  /** Anchors of no CA of ours. */
  readonly foreignAnchors: readonly HeldAnchor[];
  /** Number of live revocations, by CA, that our newest CRL lists and its CRL does not. */
  readonly lost: ReadonlyMap<string, number>;
  /** Further files that differ from their source, by name. */
  readonly outdated: readonly string[];
}

/** Seconds in which a new CRL or bundle reaches the directories: a run is still at work. */
const GRACE = 600;
/** Seconds of failures after which a directory is critical, whatever it holds. */
const FAILING = 86_400;

/** Judges public/: what is wrong there reaches every directory. A CRL there is a finding of its CA. */
export function publicFindings({ state, latest, missingAnchors, foreignAnchors, outdated }: DirectoryFacts): Finding[] {
  const { directory: subject, content } = state;
  // a home that no run has published from yet
  if (state.lastTry === undefined) return [];
  const crls = [...content.crls.values()].flatMap(({ authority, problem }): Finding[] => {
    // a CA without any CRL is a finding of its own
    if (problem === undefined || !latest.has(authority.id)) return [];
    const { id, keyLocation, tier } = authority;
    return [
      {
        ...{ name: 'crl-damaged', severity: 'critical', kind: 'ca', subject: id, keyLocation, tier },
        problem: textOf([problem]),
      },
    ];
  });
  const repeats: Finding[] =
    content.repeats.length === 0 || crls.length > 0
      ? []
      : [
          {
            ...{ name: 'crl-damaged', severity: 'critical', kind: 'directory', subject },
            problem: textOf(content.repeats),
          },
        ];
  const bundle = [
    ...(content.obstacle === undefined ? [] : [content.obstacle]),
    ...(content.bundle.problem === undefined ? [] : [textOf([content.bundle.problem])]),
    ...(foreignAnchors.length === 0 ? [] : [`${plural(foreignAnchors.length, 'anchor')} of no CA of this PKI`]),
    ...(missingAnchors.length === 0 ? [] : [`without the anchor of ${missingAnchors.join(', ')}`]),
    ...(outdated.length === 0 ? [] : [`${outdated.join(', ')} differ from the manifest`]),
  ];
  if (bundle.length === 0) return [...crls, ...repeats];
  return [
    ...crls,
    ...repeats,
    { name: 'bundle-damaged', severity: 'critical', kind: 'directory', subject, problem: bundle.join('; ') },
  ];
}

/** Judges a directory that public/ is copied to. */
export function directoryFindings(facts: DirectoryFacts, thresholds: CheckThresholds, at: Date): Finding[] {
  const { state } = facts;
  const { content } = state;
  const isUnused = state.lastSuccess === undefined && content.crls.size + content.bundle.anchors.length === 0;
  const about = (name: FindingName, severity: Severity, more: Partial<Finding> = {}): Finding => ({
    ...{ name, severity, kind: 'directory', subject: state.directory },
    ...more,
  });
  const failed = failure(state, at);
  if (content.obstacle !== undefined || isEmpty(state)) {
    if (failed !== undefined) return [failed];
    const problem = content.obstacle ?? 'it is empty';
    const wasUsed = state.lastSuccess !== undefined;
    return [
      about('publication-failed', wasUsed ? 'critical' : 'warning', {
        problem,
        ...(wasUsed && { since: state.lastSuccess }),
      }),
    ];
  }
  if (isUnused) return [failed ?? about('publication-due', 'warning')];
  const damaged = damagedFiles(facts);
  const found = [
    ...[...content.crls.values()].flatMap(crl => crlFindings(crl, facts, about, thresholds, at)),
    ...(damaged.length === 0 ? [] : [about('published-file-damaged', 'critical', { problem: textOf(damaged) })]),
    ...(facts.foreignAnchors.length === 0
      ? []
      : [about('published-anchor-foreign', 'critical', { count: facts.foreignAnchors.length })]),
    ...(facts.missingAnchors.length === 0 || content.bundle.problem !== undefined
      ? []
      : [about('published-anchor-missing', 'critical', { problem: facts.missingAnchors.join(', ') })]),
  ];
  // a try that met a stranger's file was refused because of it
  const explained = found.some(({ name }) => EXPLAINS.has(name));
  if (failed !== undefined && !explained) found.push(failed);
  if (found.length > 0 || facts.outdated.length === 0) return found;
  return [about('publication-due', 'warning', { problem: facts.outdated.join(', ') })];
}

const EXPLAINS: ReadonlySet<FindingName> = new Set([
  'published-anchor-foreign',
  'published-crl-foreign',
  'published-crl-ahead',
]);

/** A directory without any file: its mount may be gone. */
const isEmpty = ({ content: { bundle, crls }, lastSuccess }: PublishedState): boolean =>
  lastSuccess !== undefined &&
  bundle.problem?.kind === 'missing' &&
  bundle.anchors.length === 0 &&
  [...crls.values()].every(({ problem }) => problem?.kind === 'missing');

function failure({ directory, problem, lastSuccess }: PublishedState, at: Date): Finding | undefined {
  if (problem === undefined) return undefined;
  const seconds = (at.getTime() - problem.since.getTime()) / 1000;
  return {
    ...{ name: 'publication-failed', kind: 'directory', subject: directory, problem: problem.text },
    severity: seconds >= FAILING ? 'critical' : 'warning',
    ...(lastSuccess && { since: lastSuccess }),
  };
}

function damagedFiles({ state: { content }, latest }: DirectoryFacts): readonly FileProblem[] {
  const own = [...content.crls.values()].flatMap(({ problem, authority }) =>
    problem === undefined || problem.kind === 'stranger' || !latest.has(authority.id) ? [] : [problem],
  );
  return [...(content.bundle.problem ? [content.bundle.problem] : []), ...own, ...content.repeats];
}

/** Names the first problem and counts the others. */
const textOf = ([first, ...others]: readonly FileProblem[]): string =>
  `${first!.file}: ${first!.text}${others.length === 0 ? '' : `, and ${plural(others.length, 'more file')}`}`;

type About = (name: FindingName, severity: Severity, more?: Partial<Finding>) => Finding;

function crlFindings(
  crl: HeldCrl,
  { latest, lost }: DirectoryFacts,
  about: About,
  { crlWarning, crlCritical }: CheckThresholds,
  at: Date,
): Finding[] {
  const { id: ca, keyLocation, tier } = crl.authority;
  if (crl.problem !== undefined) {
    if (crl.problem.kind !== 'stranger') return [];
    return [about('published-crl-foreign', 'critical', { ca, problem: textOf([crl.problem]) })];
  }
  const newest = latest.get(ca);
  // the finding of the CA covers the CRL that is everywhere
  if (newest?.sha256 === crl.sha256) return [];
  if (newest === undefined || crl.number >= newest.number) {
    return [about('published-crl-ahead', 'critical', { ca, keyLocation, tier })];
  }
  const count = lost.get(ca) ?? 0;
  const found = count > 0 ? [about('published-revocation-missing', 'critical', { ca, count })] : [];
  const deadline = crl.nextUpdate;
  if (deadline <= at) return [...found, about('published-crl-stale', 'critical', { ca, deadline })];
  const severity = urgency(crl.thisUpdate, deadline, crlWarning, crlCritical, at);
  if (severity !== undefined) found.push(about('published-crl-expiring', severity, { ca, deadline }));
  const age = (at.getTime() - newest.thisUpdate.getTime()) / 1000;
  if (found.length === 0 && age > GRACE) found.push(about('publication-due', 'warning', { ca }));
  return found;
}
