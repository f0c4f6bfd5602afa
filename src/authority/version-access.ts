import { deploymentOf } from '../lifecycle/deployment.ts';
import type { Policy } from '../lifecycle/policy.ts';
import { ownershipOf } from '../store/ownership.ts';
import type { VersionAccess } from '../store/service-files.ts';
import type { IssueJob } from './apply-issue.ts';
import type { Pki } from './open-pki.ts';

/** Whose the files of each service are to be, where that is said. Throws ERR_OWNER_UNKNOWN and ERR_OWNER_FOREIGN. */
export async function versionAccess(
  { world, manifest }: Pki,
  { deployment }: Policy,
  jobs: readonly IssueJob[],
): Promise<ReadonlyMap<string, VersionAccess>> {
  const owners = ownershipOf(world);
  const accesses = new Map<string, VersionAccess>();
  for (const { order, isNew, ...job } of jobs) {
    const upkeep = job.upkeep ?? (isNew ? undefined : manifest.service(order.service)?.upkeep);
    if (upkeep?.deployment === undefined) continue;
    const { access } = deploymentOf({ upkeep }, deployment);
    const owner = await owners(access);
    accesses.set(order.service, { mode: access.mode, ...(owner && { owner }) });
  }
  return accesses;
}
