import { join } from 'node:path';
import type { ServiceFacts } from '../../record/file-facts.ts';
import { currentDirectory } from '../../store/files/service-files.ts';
import { factsInService } from '../../store/files/version-facts.ts';
import type { Pki } from '../../store/open-pki.ts';
import { digestOf } from '../../store/files/file-digest.ts';
import type { DeployStep } from './plan.ts';

const LIMIT = 1024 * 1024;

/** Reads the facts of a service whose files are right. */
export function factsNow(
  { world: { files, now: seenAt } }: Pick<Pki, 'world'>,
  { service, directory, settings }: Pick<DeployStep, 'service' | 'directory' | 'settings'>,
): ServiceFacts {
  const outputs = settings.outputs.map(({ path }) => path);
  const digest = (name: string): string | undefined => {
    const bytes = files.read(join(currentDirectory(directory), name), LIMIT);
    return bytes && digestOf(bytes);
  };
  const [chain, anchors] = [digest('chain.pem'), digest('ca.crt')];
  return {
    ...{ service, files: factsInService(files, directory, outputs), seenAt },
    ...(chain !== undefined && { chain }),
    ...(anchors !== undefined && { anchors }),
  };
}
