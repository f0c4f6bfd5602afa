// Answers for public/ and every directory of the policy: when was it last published to, what does it hold, and since when?
// The gates of a rotation, `check` and the metrics ask it. It reads the record and the directories, without a lock.
import type { Policy } from '../../policy/rules/policy.ts';
import type { Publication, PublicationProblem } from '../../record/publication.ts';
import type { Home } from '../../store/home.ts';
import { readDirectory, sha256Of, type DirectoryContent, type DirectoryReader } from './directory-content.ts';

export interface PublishedState {
  /** Absolute path. */
  readonly directory: string;
  /** True for public/ in the home, from which the other directories are filled. */
  readonly isHome: boolean;
  readonly lastTry?: Date;
  /** Last run that left the directory up to date. */
  readonly lastSuccess?: Date;
  /** Why the last run failed. */
  readonly problem?: PublicationProblem;
  /** What it holds now. */
  readonly content: DirectoryContent;
  readonly bundleSequence?: number;
  /** SHA-256 of each anchor in its bundle.pem, lower-case hex. */
  readonly anchors: readonly string[];
  /** Numbers of its CRLs by CA; a CRL that verifiers cannot use has none. */
  readonly crls: ReadonlyMap<string, bigint>;
  /** True if its bundle holds the present certificate of this CA. */
  holdsAnchor(caId: string): boolean;
  /** Since when the runs have found the anchor of this CA there; undefined if it is not there, or no run has seen it yet. */
  since(caId: string): Date | undefined;
  /** The same for a CRL of this CA. */
  crlSince(caId: string): Date | undefined;
}

/** Reads the states of public/ and of the directories in `crl.publishTo`, public/ first. */
export function publishedStates(
  pki: DirectoryReader & { readonly home: Home },
  policy: Pick<Policy, 'crl'>,
): readonly PublishedState[] {
  const { manifest, home } = pki;
  const records = new Map(manifest.publications().map(each => [each.directory, each]));
  const certificates = new Map(
    manifest
      .authorities()
      .flatMap(({ id, certificate }) => (certificate ? [[id, sha256Of(certificate.der)] as const] : [])),
  );
  return publishedDirectories(home, policy).map(directory =>
    stateOf(home, certificates, directory, records.get(directory), readDirectory(pki, directory)),
  );
}

/** Lists public/ and the directories in `crl.publishTo`, each once. */
export const publishedDirectories = (home: Home, { crl }: Pick<Policy, 'crl'>): readonly string[] => [
  ...new Set([home.public.directory, ...(crl.publishTo ?? [])]),
];

function stateOf(
  home: Home,
  certificates: ReadonlyMap<string, string>,
  directory: string,
  record: Publication | undefined,
  content: DirectoryContent,
): PublishedState {
  const { bundle, crls } = content;
  const anchors = bundle.anchors.map(({ sha256 }) => sha256);
  const anchorOf = (id: string): string | undefined => {
    const sha256 = certificates.get(id);
    return sha256 !== undefined && anchors.includes(sha256) ? sha256 : undefined;
  };
  const numbers = new Map(
    [...crls].flatMap(([id, crl]) => (crl.problem === undefined ? [[id, crl.number] as const] : [])),
  );
  return {
    directory,
    isHome: directory === home.public.directory,
    ...(record && { lastTry: record.triedAt }),
    ...(record?.succeededAt && { lastSuccess: record.succeededAt }),
    ...(record?.problem && { problem: record.problem }),
    content,
    ...(bundle.sequence !== undefined && { bundleSequence: bundle.sequence }),
    anchors,
    crls: numbers,
    holdsAnchor: id => anchorOf(id) !== undefined,
    since: id => {
      const sha256 = anchorOf(id);
      return sha256 === undefined ? undefined : record?.held.anchors.get(sha256);
    },
    crlSince: id => (numbers.has(id) ? record?.held.crls.get(id)?.since : undefined),
  };
}
