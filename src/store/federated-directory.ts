import { join } from 'node:path';
import type { Files } from '../world/files.ts';

/** The directory with the bundles of federated trust domains, below public/ and below each published directory. */
export const FEDERATED = 'federated';

/** Its name in the first versions: consumers may have mounted it or configured its path. */
const FORMER_FEDERATED = 'peers';

type Looking = Pick<Files, 'linkStatus' | 'status'>;

/** Returns the name under which `directory` holds these bundles now. */
export const federatedName = (files: Looking, directory: string): string =>
  needsFederatedLink(files, directory) ? FORMER_FEDERATED : FEDERATED;

/** Returns true when an earlier version wrote the bundles, and `federated` does not lead to them yet. */
const needsFederatedLink = (files: Looking, directory: string): boolean =>
  files.linkStatus(join(directory, FORMER_FEDERATED))?.kind === 'directory' &&
  files.linkStatus(join(directory, FEDERATED)) === undefined;

/**
 * Makes `federated` a link to the `peers` directory of an earlier version. That directory keeps its name and its inode, so paths and
 * mounts of consumers keep working, and both names show the same files. Removes the link when the directory is gone.
 */
export function linkFederated(files: Files, directory: string): void {
  const path = join(directory, FEDERATED);
  if (needsFederatedLink(files, directory)) files.switchLink(path, FORMER_FEDERATED, 'durable');
  else if (files.linkStatus(path)?.kind === 'link' && files.status(path) === undefined) files.remove(path);
}
