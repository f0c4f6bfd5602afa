// Answers for public/ and every directory of the policy. When was it last published to, what does it hold, and since when?
// The gates of a rotation, `check` and the metrics ask it. It reads the record and the directories, without a lock.
import type { Policy } from '../../policy/rules/policy.ts';
import type { Publication } from '../../record/publication.ts';
import type { Home } from '../../store/home.ts';
import type { DirectoryContent, PublishedState } from '../rules/published-state.ts';
import { readDirectory, sha256Of, type DirectoryReader } from './directory-content.ts';

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
