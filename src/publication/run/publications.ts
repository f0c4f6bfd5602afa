// Publishes to several directories: chooses them, plans each and carries the plans out, with errors kept per directory.
// `crl publish`, `tick` and the rehearsal call it. `publish-crls.ts` handles a single directory.
import { failure, SvcauthError } from '../../errors/error.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { loadPolicy } from '../../policy/run/load.ts';
import {
  applyCrlPublication,
  isPublished,
  planCrlPublication,
  type PublishOptions,
  type PublishPlan,
} from './publish-crls.ts';
import { recordPublications, seen, seenIn } from './record-publications.ts';
import type { Pki } from '../../store/open-pki.ts';

/** A plan for one directory. */
export interface PlannedPublication {
  readonly directory: string;
  /** Absent if comparing dates was enough, or if there is an error. */
  readonly plan?: PublishPlan;
  readonly error?: SvcauthError;
}

/** The result for one directory. */
export interface Publication extends PlannedPublication {
  readonly changed: boolean;
}

/** Reports whether carrying out the plan would write anything. */
export const isNews = ({ plan }: PlannedPublication): boolean =>
  plan?.files.some(({ action }) => action !== 'same' && action !== 'keep') ?? false;

/**
 * Plans one directory after the other; an error in one does not block the others. `glance`: reads no file whose date and size match.
 * The other options are those of `planCrlPublication`.
 */
export async function planPublications(
  pki: Pki,
  directories: readonly string[],
  { glance, ...options }: PublishOptions & { readonly glance: boolean },
): Promise<readonly PlannedPublication[]> {
  return eachDirectory(
    directories.map(directory => ({ directory })),
    async ({ directory }) => {
      if (directory === pki.home.public.directory) throw failure('ERR_CRL_PUBLISH_HERE', { directory });
      if (glance && options.ahead === undefined && (await isPublished(pki, directory))) return { directory };
      return { directory, plan: await planCrlPublication(pki, directory, options) };
    },
  );
}

/**
 * Carries out plans, one directory after the other. Records the result of each directory of the policy, and the content of public/. A
 * refused plan stays refused.
 */
export async function applyPublications(
  pki: Pki,
  policy: Pick<Policy, 'crl'> | undefined,
  planned: readonly PlannedPublication[],
): Promise<readonly Publication[]> {
  const before = new Map(planned.map(({ directory }) => [directory, seenIn(pki, directory)]));
  const done = await eachDirectory(planned, async each => ({
    ...each,
    changed: each.error === undefined && each.plan !== undefined && (await applyCrlPublication(pki, each.plan)),
  }));
  const tries = done.map(each => {
    const { directory, error } = each;
    const found = before.get(directory);
    const isSame = error === undefined && 'changed' in each && !each.changed;
    return {
      directory,
      ...(error && { problem: { code: error.code, text: error.oneLine } }),
      ...seen('before', found),
      ...seen('after', isSame ? found : seenIn(pki, directory)),
    };
  });
  if (policy !== undefined) recordPublications(pki, policy, tries);
  return done.map(each => ({ changed: false, ...each }));
}

/** Publishes public/ to every directory of the policy and records the results. An error in one directory is in its result. */
export async function publishEverywhere(pki: Pki, policy: Pick<Policy, 'crl'>): Promise<readonly Publication[]> {
  const planned = await planPublications(pki, policy.crl.publishTo ?? [], { glance: true });
  return applyPublications(pki, policy, planned);
}

async function eachDirectory<In extends { readonly directory: string }, Out extends PlannedPublication>(
  items: readonly In[],
  work: (item: In) => Promise<Out>,
): Promise<readonly (Out | PlannedPublication)[]> {
  const done: (Out | PlannedPublication)[] = [];
  for (const item of items) {
    try {
      done.push(await work(item));
    } catch (error) {
      if (!(error instanceof SvcauthError)) throw error;
      done.push({ directory: item.directory, error });
    }
  }
  return done;
}

/** Chooses the named directories, or those of the policy. Throws ERR_CRL_PUBLISH_WHERE if there are none. */
export async function publishTargets(pki: Pki, named: readonly string[]): Promise<readonly string[]> {
  const directories = named.length > 0 ? named : ((await loadPolicy(pki)).crl.publishTo ?? []);
  if (directories.length === 0) throw failure('ERR_CRL_PUBLISH_WHERE', { path: pki.home.policy });
  return [...new Set(directories)];
}

/** Loads the policy that says which directories are recorded. Undefined if it cannot be used, which must not stop a publication. */
export async function recordingPolicy(pki: Pki): Promise<Policy | undefined> {
  try {
    return await loadPolicy(pki);
  } catch (cause) {
    if (cause instanceof SvcauthError) return undefined;
    throw cause;
  }
}
