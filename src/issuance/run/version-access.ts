import { deploymentOf } from '../../deployment/rules/deployment.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { ownershipOf } from '../../store/files/ownership.ts';
import type { VersionAccess } from '../../store/files/service-files.ts';
import type { IssueJob } from './apply-issue.ts';
import type { Pki } from '../../store/open-pki.ts';

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
