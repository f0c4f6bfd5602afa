import type { PublishedFile, PublishPlan } from '../authority/publish-crls.ts';
import type { View } from './output.ts';
import { visible } from './visible.ts';

const WORDS: Readonly<Record<PublishedFile['action'], readonly [done: string, planned: string]>> = {
  new: ['wrote', 'would write'],
  replace: ['replaced', 'would replace'],
  same: ['unchanged', 'unchanged'],
};

export function crlPublishView({ directory, crls, files }: PublishPlan, dryRun: boolean): View {
  const changed = files.some(({ action }) => action !== 'same');
  const value = {
    dryRun,
    directory,
    changed: changed && !dryRun,
    crls: crls.map(({ authorityId, number, nextUpdate }) => ({ authority: authorityId, number, nextUpdate })),
    files,
  };
  return {
    table: () =>
      files.map(({ name, action }) => `${WORDS[action][dryRun ? 1 : 0]}  ${visible(name)}\n`).join('') +
      (changed ? '' : `nothing changed: ${visible(directory)} holds the newest already\n`),
    json: () => ({ kind: 'crl-publish', value }),
    jsonl: () => [{ kind: 'crl-publish', value }],
  };
}
