import { failure, SvcauthError } from '../../errors/error.ts';
import { loadPolicy } from '../../policy/run/load.ts';
import { applyCrlPublication, isPublished, planCrlPublication, type PublishPlan } from './publish-crls.ts';
import type { Pki } from '../../store/open-pki.ts';

/** What became of one directory. */
export interface Publication {
  readonly directory: string;
  readonly changed: boolean;
  /** Absent when a look at dates was enough, and when there is an error. */
  readonly plan?: PublishPlan;
  readonly error?: SvcauthError;
}

/** Publishes to one directory after the other; one that cannot be written does not keep the others from their CRLs. */
export async function publishEverywhere(
  pki: Pki,
  directories: readonly string[],
  {
    dryRun,
    glance,
  }: { readonly dryRun: boolean; /** Where dates and sizes fit, nothing is read. */ readonly glance: boolean },
): Promise<readonly Publication[]> {
  const done: Publication[] = [];
  for (const directory of directories) {
    try {
      done.push(await publishTo(pki, directory, dryRun, glance));
    } catch (error) {
      if (!(error instanceof SvcauthError)) throw error;
      done.push({ directory, changed: false, error });
    }
  }
  return done;
}

async function publishTo(pki: Pki, directory: string, dryRun: boolean, glance: boolean): Promise<Publication> {
  if (directory === pki.home.public.directory) throw failure('ERR_CRL_PUBLISH_HERE', { directory });
  if (glance && (await isPublished(pki, directory))) return { directory, changed: false };
  const plan = await planCrlPublication(pki, directory);
  return { directory, plan, changed: !dryRun && (await applyCrlPublication(pki, plan)) };
}

/** The directories that were named, or those of the policy. Throws ERR_CRL_PUBLISH_WHERE when there are none. */
export async function publishTargets(pki: Pki, named: readonly string[]): Promise<readonly string[]> {
  const directories = named.length > 0 ? named : ((await loadPolicy(pki)).crl.publishTo ?? []);
  if (directories.length === 0) throw failure('ERR_CRL_PUBLISH_WHERE', { path: pki.home.policy });
  return [...new Set(directories)];
}
