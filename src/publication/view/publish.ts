import type { Publication } from '../run/publications.ts';
import type { View } from '../../view/output.ts';
import { visible } from '../../view/visible.ts';
import type { CRL_PUBLISH, PUBLICATION } from './documents.ts';
import type { PublishedFile } from '../run/published-file.ts';

const WORDS: Readonly<Record<PublishedFile['action'], readonly [done: string, planned: string]>> = {
  new: ['wrote', 'would write'],
  replace: ['replaced', 'would replace'],
  same: ['unchanged', 'unchanged'],
  remove: ['removed', 'would remove'],
  keep: ['kept', 'kept'],
  link: ['linked', 'would link'],
};

/** Formats what was published; errors are printed separately. */
export function crlPublishView(
  publications: readonly Publication[],
  dryRun: boolean,
): View<typeof CRL_PUBLISH, typeof PUBLICATION> {
  const documents = publications.map(({ directory, changed, plan, error }) => ({
    directory,
    changed,
    crls: plan?.crls.map(({ authorityId, number, nextUpdate }) => ({ ca: authorityId, number, nextUpdate })),
    files: plan?.files,
    code: error?.code,
  }));
  return {
    table: () => publications.map(each => formatOne(each, publications.length > 1, dryRun)).join(''),
    json: () => ({
      kind: 'crl-publish',
      value: { dryRun, changed: publications.some(({ changed }) => changed), directories: documents },
    }),
    jsonl: () => documents.map(value => ({ kind: 'publication', value: { dryRun, ...value } })),
  };
}

function formatOne({ directory, plan }: Publication, isOneOfMany: boolean, dryRun: boolean): string {
  if (plan === undefined) return '';
  const where = isOneOfMany ? `${visible(directory)}\n` : '';
  const nothing = plan.files.every(({ action }) => action === 'same' || action === 'keep');
  const lines = plan.files.map(file => `${WORDS[file.action][dryRun ? 1 : 0]}  ${visible(file.name)}${why(file)}\n`);
  return where + lines.join('') + (nothing ? `nothing changed: ${visible(directory)} is up to date\n` : '');
}

function why({ action, target }: PublishedFile): string {
  if (target !== undefined) return ` -> ${target}`;
  return action === 'keep' ? ': has anchors of another PKI' : '';
}
